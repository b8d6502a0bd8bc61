import io
import json
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from zhike.cli import ahp, main
from zhike.models.ahp import METHODS, document, evaluate

HOUSE = {
    "criteria": ["面积", "transport", "neighborhood", "age", "yard", "modern", "condition", "financing"],
    "matrix": [
        [1, 5, 3, 7, 6, 6, "1/3", "1/4"],
        [None, 1, "1/3", 5, 3, 3, "1/5", "1/7"],
        [None, None, 1, 6, 3, 4, 6, "1/5"],
        [None, None, None, 1, "1/3", "1/4", "1/7", "1/8"],
        [None, None, None, None, 1, "1/2", "1/5", "1/6"],
        [None, None, None, None, None, 1, "1/5", "1/6"],
        [None, None, None, None, None, None, 1, "1/2"],
        [None] * 8,
    ],
}


@pytest.fixture
def zhike(tmp_path, capfd):
    def run(model, *options, lang="en"):
        file = tmp_path / "model.json"
        file.write_text(model if isinstance(model, str) else json.dumps(model), encoding="utf-8")
        code = main(["ahp", str(file), "--lang", lang, *options])
        out, err = capfd.readouterr()
        return code, out, err

    return run


def test_json_has_what_was_promised_with_all_digits(zhike):
    code, out, _ = zhike(HOUSE, "--format", "json", "--random-index", "saaty1980")
    found = json.loads(out)
    assert code == 0
    assert list(found)[:4] == ["weights", "lambda_max", "consistency_ratio", "random_index"]
    assert list(found["weights"]) == HOUSE["criteria"]
    assert found["lambda_max"] == pytest.approx(9.668887, abs=5e-7)
    assert found["consistency_ratio"] == pytest.approx((found["lambda_max"] - 8) / 7 / 1.41, rel=1e-13)
    assert found["random_index"] == "saaty1980"
    assert "completed" not in found
    assert "global" not in found
    matrix = np.array([[float(eval(str(v))) if v else 0 for v in row] for row in HOUSE["matrix"]])
    matrix = np.triu(matrix, 1) + np.triu(1 / np.where(matrix > 0, matrix, np.inf), 1).T + np.eye(8)
    w = np.array(list(found["weights"].values()))
    np.testing.assert_allclose(matrix @ w / w, found["lambda_max"], rtol=1e-13)


def test_completed_entries_are_keyed_by_place(zhike):
    model = {
        "criteria": list("abcd"),
        "matrix": [[1, 1, 5, 2], [None, 1, 3, 4], [None, None, 1, None], [None] * 4],
    }
    _, out, _ = zhike(model, "--format", "json", "--random-index", "donegan_dodd")
    found = json.loads(out)
    assert found["completed"] == {"2,3": pytest.approx((8 / 15) ** 0.5, rel=1e-12)}
    assert found["consistency_ratio"] == pytest.approx(0.0372, abs=5e-5)


def test_experts_weights_are_those_of_the_joint_judgements(zhike):
    experts = [
        {"name": n, "weight": k, "matrix": [[1, v], [None, 1]]} for n, k, v in (("x", 1, 2), ("y", 3, 4))
    ]
    _, out, _ = zhike({"criteria": ["a", "b"], "experts": experts}, "--format", "json")
    found = json.loads(out)
    joint = 2 ** (1 / 4) * 4 ** (3 / 4)
    assert found["weights"]["a"] == pytest.approx(joint / (1 + joint), rel=1e-14)
    assert [e["name"] for e in found["experts"]] == ["x", "y"]
    assert 0 < found["consensus"]["index"] < 1


def test_global_weights_of_a_hierarchy(zhike):
    below = {"criteria": ["p", "q"], "matrix": [[1, 1], [1, 1]]}
    model = {"criteria": ["a", "b"], "matrix": [[1, 3], [None, 1]], "children": {"a": below}}
    _, out, _ = zhike(model, "--format", "json")
    found = json.loads(out)
    assert found["global"] == pytest.approx({"p": 3 / 8, "q": 3 / 8, "b": 1 / 4})
    assert found["children"]["a"]["weights"] == pytest.approx({"p": 0.5, "q": 0.5})


def test_the_command_line_goes_before_the_document_at_every_node(zhike):
    below = {
        "criteria": list("pqr"),
        "matrix": [[1, 2, 9], [None, 1, 2], [None] * 3],
        "method": "eigenvector",
    }
    model = {"criteria": ["a"], "random_index": "saaty1980", "children": {"a": below}}
    _, out, _ = zhike(model, "--format", "json", "--method", "geometric", "--random-index", "saaty2005")
    node = json.loads(out)["children"]["a"]
    assert (node["method"], node["random_index"]) == ("geometric", "saaty2005")


def test_the_report_reads_in_both_languages(zhike):
    code, out, _ = zhike(HOUSE, lang="zh")
    assert code == 0
    assert "面积          █" in out
    assert "CR = 0.16" in out
    assert "（simulated）" in out
    assert "“condition”对“neighborhood”判为 1/6，其余判断说的是 2.18；改为 2 则 CR = 0.08" in out
    _, out, _ = zhike(HOUSE, lang="en")
    assert "'condition' over 'neighborhood' was judged 1/6; the other judgements say 2.18" in out
    assert "contradict" in out


def test_the_report_tells_of_experts_gaps_and_the_whole(zhike):
    model = {
        "goal": "目标",
        "criteria": ["甲", "乙", "丙"],
        "experts": [
            {"name": "张", "matrix": [[1, 9, "1/9"], [None, 1, 9], [None] * 3]},
            {"name": "李", "matrix": [[1, "1/2", None], [None, 1, None], [None] * 3]},
            {"name": "王", "matrix": [[1, 2, 4], [None, 1, 2], [None] * 3]},
        ],
        "children": {"甲": {"criteria": ["x", "y", "z"], "matrix": [[1, 2, None], [None, 1, 3], [None] * 3]}},
    }
    _, out, _ = zhike(model, lang="zh")
    for words in (
        "【目标】3 项",
        "共识度 S*",
        "自相矛盾较大的专家（仍计入）：张",
        "未连通全部项的专家（只计入合并判断）：李",
    ):
        assert words in out
    assert "“甲”对“乙”：从 1/2（李）到 9（张）" in out
    assert "x / z = 6" in out
    assert out.split("【总目标下的权重】")[1].split("【稳健性】")[0].rstrip().count("\n") == 5


def test_standard_input_is_read_as_json_or_toml(monkeypatch, capfd):
    for text in (
        '{"criteria": ["a", "b"], "matrix": [[1, 3], [null, 1]]}',
        'criteria = ["a", "b"]\nmatrix = [[1, 3], ["", 1]]',
    ):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
        assert main(["ahp", "-", "--format", "json", "--lang", "en"]) == 0
        assert json.loads(capfd.readouterr().out)["weights"] == {"a": 0.75, "b": 0.25}
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"\xff\xfe")))
    assert main(["ahp", "-", "--lang", "en"]) == 2
    assert "UTF-8" in capfd.readouterr().err


@pytest.mark.parametrize(
    ("model", "options", "told"),
    [
        ("{", (), "JSON"),
        ({"criteria": ["a", "b"], "matrix": [[1, 0], [0, 1]]}, (), "'a' over 'b'"),
        ({"criteria": ["a", "b"], "matrix": [[1, 3], [3, 1]]}, (), "1 / the other"),
        ({"criteria": ["a", "b"], "matrix": [[1, None], [None, 1]]}, (), "a; b"),
        (HOUSE, ("--random-index", "saaty1981"), "'saaty1980'"),
        (HOUSE, ("--method", "mean"), "--method"),
    ],
)
def test_wrong_input_is_told_and_the_code_is_two(zhike, model, options, told):
    code, out, err = zhike(model, *options)
    assert (code, out) == (2, "")
    assert told in err


def test_names_cannot_steer_the_terminal(zhike):
    _, out, _ = zhike({"criteria": ["a\x1b[2J", "b"], "matrix": [[1, 3], [None, 1]]})
    assert "\x1b" not in out


def test_the_methods_offered_are_those_there_are():
    assert ahp.METHODS == METHODS


def test_nobody_stays_first_who_is_only_equal(zhike):
    halves = {"a": [[1, 3], [None, 1]], "b": [[1, None], [3, 1]]}
    model = {
        "criteria": ["a", "b"],
        "matrix": [[1, 1], [None, 1]],
        "children": {k: {"criteria": ["X", "Y"], "matrix": m} for k, m in halves.items()},
    }
    for given, names in (
        (model, "'X', 'Y'"),
        ({"criteria": ["p", "q"], "matrix": [[1, 1], [1, 1]]}, "'p', 'q'"),
    ):
        _, out, _ = zhike(given)
        assert f"{names} are equal now" in out
        assert "stays first" not in out
        assert "No movement" not in out
    _, out, _ = zhike(model, lang="zh")
    assert "“X”、“Y”现在相等" in out


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("p1,98,0.001,4", ("Nothing compares", "Line 2, p1, a / b: '98' isn't used", "'0.001' isn't used")),
        ("p1,98,x,", ("no usable answer", "Line 2, p1, a / b: '98' isn't used", "'x' isn't used")),
    ],
)
def test_refused_answers_are_told_where_nothing_can_be_weighed_without_them(tmp_path, capfd, row, told):
    path = tmp_path / "s.csv"
    path.write_text(f"who,a vs b,a vs c,b vs c\n{row}\n")
    assert main(["ahp", str(path), "--lang", "en"]) == 2
    err = capfd.readouterr().err
    for words in (*told, "s.csv", "Next: "):
        assert words in err


def test_json_is_weighed_without_the_readers_of_tables(tmp_path):
    (tmp_path / "m.json").write_text(json.dumps(HOUSE), "utf-8")
    code = (
        "import sys; from zhike.cli import main; assert main(['ahp', 'm.json', '--format', 'json']) == 0; "
        "sys.exit(' '.join({'numba', 'pyarrow'} & set(sys.modules)) or 0)"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (ran.returncode, ran.stderr) == (0, "")


@pytest.mark.parametrize(
    ("method", "table", "names"),
    [
        ("EV", "DD", ("eigenvector", "donegan_dodd")),
        ("Geometric Mean", "Saaty-1980", ("geometric", "saaty1980")),
        ("llsm", "alonso", ("geometric", "alonso_lamata_fit")),
        ("gm", "Alonso-Lamata", ("geometric", "alonso_lamata")),
    ],
)
def test_methods_and_tables_may_be_written_in_any_way_but_are_printed_by_their_names(
    zhike, method, table, names
):
    _, said, _ = zhike(HOUSE, "--format", "json", "--method", method, "--random-index", table)
    _, written, _ = zhike(HOUSE | {"method": method, "random_index": table}, "--format", "json")
    for found in map(json.loads, (said, written)):
        assert (found["method"], found["random_index"]) == names
    node = document(HOUSE, "m").model
    found = evaluate(replace(node, method=method, random_index=table))
    assert (found.method, found.consistency.random_index) == names


def test_what_leaves_nothing_to_do_is_told_only_where_judgements_contradict_each_other(zhike):
    for matrix, told in (
        ([[1, 2, 5, 9], [None, 1, 3, 5], [None, None, 1, 2], [None] * 4], False),
        ([[1, 3, 8], [None, 1, 3], [None] * 3], True),  # 9 would be nearer than 8
    ):
        given = {"criteria": list("abcd"[: len(matrix)]), "matrix": matrix}
        found = evaluate(document(given, "m").model)
        assert found.consistency.acceptable
        assert any(m.nearest for m in found.advice)
        _, out, _ = zhike(given)
        assert "nothing is nearer" not in out + found.html("en")
        assert ("contradict most" in out) is told
    wild = {
        "criteria": list("abcd"),
        "matrix": [[1, 2, 9, 1], [None, 1, 9, 9], [None, None, 1, 9], [None] * 4],
    }
    found = evaluate(document(wild, "m").model)
    assert found.advice_to_tell == found.advice
