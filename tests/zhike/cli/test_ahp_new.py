"""`zhike ahp` with questionnaires and surveys: written, filled, weighed, and what it says of firmness."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from zhike.cli import main

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def zhike(tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str, lang: str = "en") -> tuple[int, str, str]:
        code = main(["ahp", *arguments, "--lang", lang])
        out, err = capfd.readouterr()
        return code, out, err

    return run


def test_the_questionnaire_for_individuals_is_written_filled_and_weighed(zhike: Run, tmp_path: Path) -> None:
    code, out, _ = zhike("new", "individual.xlsx", "--filled", lang="zh")
    assert code == 0
    assert "5 层，34 对" in out
    code, out, _ = zhike("individual.xlsx", "--format", "json")
    found = json.loads(out)
    assert code == 0
    assert [round(w, 3) for w in found["weights"].values()] == [0.483, 0.272, 0.157, 0.088]
    assert list(found["weights"]) == ["current", "potential", "relationship", "cost_risk"]
    assert found["reading"] == []
    _, out, _ = zhike("individual.xlsx", lang="zh")
    assert "【个人客户价值】" in out
    assert "当前价值" in out
    assert "current" not in out


def test_an_empty_questionnaire_says_so_and_one_that_exists_is_kept(zhike: Run, tmp_path: Path) -> None:
    assert zhike("new", "institution-2026.xlsx")[0] == 0
    before = (tmp_path / "institution-2026.xlsx").read_bytes()
    code, _, err = zhike("new", "institution-2026.xlsx")
    assert code == 2
    assert "exists" in err
    assert (tmp_path / "institution-2026.xlsx").read_bytes() == before
    code, _, err = zhike("institution-2026.xlsx")
    assert code == 2
    assert "Nothing has been filled in yet" in err


def test_a_hierarchy_of_ones_own_without_judgements_can_be_asked_about(zhike: Run, tmp_path: Path) -> None:
    (tmp_path / "mine.json").write_text(
        '{"goal": "G", "criteria": ["a", "b"], "children": {"a": {"criteria": ["p", "q"]}}}'
    )
    (tmp_path / "mine.toml").write_text('criteria = ["a", "b", "c"]')
    assert zhike("new", "one.xlsx", "--of", "mine.json")[0] == 0
    assert "1 levels, 3 pairs" in zhike("new", "two.xlsx", "--of", "mine.toml")[1]
    for name, value in (("Ann", 3), ("Bob", -3)):
        book = openpyxl.load_workbook(tmp_path / "one.xlsx")
        book.worksheets[0]["C8"] = name
        for sheet in book.worksheets[1:3]:
            sheet["C5"] = value
        book.save(tmp_path / f"{name}.xlsx")
    code, out, _ = zhike("Ann.xlsx", "Bob.xlsx", "--format", "json")
    assert code == 0
    assert json.loads(out)["weights"] == pytest.approx({"a": 0.5, "b": 0.5})
    assert [e["name"] for e in json.loads(out)["experts"]] == ["Ann", "Bob"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["new", "plan.xlsx"], "which hierarchy"),
        (["new", "individual.csv"], "named .xlsx"),
        (["new"], "one name"),
        (["new", "a.xlsx", "b.xlsx"], "one name"),
        (["new", "x.xlsx", "--of", "none.json"], "no such file"),
        (["new", "x.xlsx", "--of", "bad.json"], "Not valid"),
        (["new", "x.xlsx", "--of", "list.json"], "criteria"),
        (["bad.json", "--filled"], "go with new"),
        (["none.csv"], "no such file"),
        (["model.pdf"], "Unknown kind"),
        (["bad.json", "list.json"], "several at a time"),
    ],
)
def test_what_cannot_be_done_is_refused_with_a_reason(
    zhike: Run, tmp_path: Path, arguments: list[str], said: str
) -> None:
    (tmp_path / "bad.json").write_text("{")
    (tmp_path / "list.json").write_text("[]")
    code, out, err = zhike(*arguments)
    assert code == 2
    assert said in err
    assert out == ""


def test_a_survey_is_weighed_and_what_it_leaves_out_is_told(zhike: Run, tmp_path: Path) -> None:
    (tmp_path / "s.csv").write_text("who,a vs b,b vs c,a vs c\nann,3,2,6\nbob,3,0.001,6\n")
    code, out, _ = zhike("s.csv")
    assert code == 0
    assert "Line 3, bob, b / c: '0.001' isn't used: it lies outside 1/9 to 9." in out
    found = json.loads(zhike("s.csv", "--format", "json")[1])
    assert found["weights"] == pytest.approx({"a": 2 / 3, "b": 2 / 9, "c": 1 / 9})
    assert len(found["reading"]) == 1


def test_one_model_of_a_survey_is_chosen_by_name(zhike: Run, tmp_path: Path) -> None:
    rows = (
        "expert_id,model_id,parent,left,right,value,at\ne,m1,g,a,b,3,2025-01-01\ne,m2,g,a,b,1/3,2025-01-01\n"
    )
    (tmp_path / "s.csv").write_text(rows)
    assert zhike("s.csv")[0] == 2
    found = json.loads(zhike("s.csv", "--model", "m2", "--format", "json")[1])
    assert found["weights"] == pytest.approx({"a": 0.25, "b": 0.75})


def test_the_report_says_how_firm_the_weights_stand(zhike: Run, tmp_path: Path) -> None:
    model = {"criteria": ["a", "b", "c"], "matrix": [[1, "5/3", 2.5], [None, 1, 1.5], [None] * 3]}
    (tmp_path / "m.json").write_text(json.dumps(model))
    code, out, _ = zhike("m.json")
    assert code == 0
    assert "[How firm it stands]" in out
    assert "when the weight of 'c' goes from 0.2000 to 0.2727, 'c' passes 'b'" in out  # t = .3 (1 − t) / .8
    assert "a  0.5000   0.3750–1.0000   0.3750–1.0000" in out
    told = json.loads(zhike("m.json", "--format", "json")[1])["sensitivity"]["any_place"]["b"]
    assert told["down"] == pytest.approx(0.2 / 0.9)
    assert told["down_swap"] == ["b", "c"]


def test_alternatives_whose_order_depends_on_the_mode_are_warned_of(zhike: Run, tmp_path: Path) -> None:
    # Belton and Gear (1983): D is a copy of B
    upper = {
        "c1": [[1, "1/9", 1, "1/9"], [0, 1, 9, 1], [0, 0, 1, "1/9"]],
        "c2": [[1, 9, 9, 9], [0, 1, 1, 1], [0, 0, 1, 1]],
        "c3": [[1, "8/9", 8, "8/9"], [0, 1, 9, 1], [0, 0, 1, "1/9"]],
    }
    below = {
        name: {"criteria": list("ABCD"), "matrix": [[v or None for v in row] for row in (*rows, [0] * 4)]}
        for name, rows in upper.items()
    }
    model = {"criteria": list(below), "matrix": [[1] * 3] * 3, "children": below}
    (tmp_path / "m.json").write_text(json.dumps(model))
    out = zhike("m.json")[1]
    assert "Distributive / ideal mode: A 0.3654 / 0.3051, B 0.2889 / 0.3220" in out
    assert "A by the distributive mode, B by the ideal" in out
    found = json.loads(zhike("m.json", "--format", "json")[1])
    assert found["synthesis"]["disagreements"] == [["A", "B"], ["A", "D"]]
    assert found["synthesis"]["distributive"] == pytest.approx(found["global"])


def test_a_single_criterion_has_nothing_to_rank(zhike: Run, tmp_path: Path) -> None:
    (tmp_path / "m.json").write_text('{"criteria": ["a"]}')
    code, out, _ = zhike("m.json")
    assert code == 0
    assert "How firm" not in out


def test_a_fuzzy_view_is_given_when_asked_for_and_changs_is_refused_with_the_reason(
    zhike: Run, tmp_path: Path
) -> None:
    (tmp_path / "m.json").write_text('{"criteria": ["a", "b"], "matrix": [[1, 4], [null, 1]]}')
    code, out, _ = zhike("m.json", "--fuzzy", "buckley")
    assert code == 0
    assert "[Fuzzy view, of robustness only]" in out
    (node,) = json.loads(zhike("m.json", "--fuzzy", "buckley", "--format", "json")[1])["fuzzy"]
    # (3, 4, 5): rows' means √3 2 √5 and √(1/5) 1/2 √(1/3)
    assert node["weights"]["a"]["low"] == pytest.approx(3**0.5 / (5**0.5 + 3**-0.5))
    assert node["weights"]["a"]["middle"] == pytest.approx(0.8)
    assert "fuzzy" not in json.loads(zhike("m.json", "--format", "json")[1])
    code, out, err = zhike("m.json", "--fuzzy", "chang")
    assert (code, out) == (2, "")
    assert "zero weight" in err
    assert "Wang, Luo and Hua 2008" in err
