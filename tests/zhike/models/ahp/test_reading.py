import json

import numpy as np
import pytest

from zhike.base.errors import UsageError
from zhike.models.ahp import document, evaluate, from_json, from_text, read, verbal
from zhike.models.ahp.questionnaire import questions
from zhike.models.ahp.verbal import WORDS

PLAIN = {"criteria": ["价格", "速度"], "matrix": [[1, 3], [None, 1]]}


def refused(value):
    with pytest.raises(UsageError) as error:
        document(value, "model.json")
    return str(error.value)


def test_json_and_toml_say_the_same(tmp_path):
    (tmp_path / "a.json").write_text("\ufeff" + json.dumps(PLAIN), encoding="utf-8")
    (tmp_path / "a.toml").write_text(
        'criteria = ["价格", "速度"]\nmatrix = [[1, 3], ["", nan]]\n', encoding="utf-8"
    )
    one, other = (read(tmp_path / name).model for name in ("a.json", "a.toml"))
    assert one.items == other.items == ("价格", "速度")
    assert one.judgements.matrix.tolist() == other.judgements.matrix.tolist() == [[1, 3], [1 / 3, 1]]
    assert from_text((tmp_path / "a.toml").read_text(encoding="utf-8"), "-").model.items == one.items


def test_words_of_the_scale_stand_for_numbers_where_that_is_said():
    matrix = [[1, "稍微重要", "-very strong"], [None, 1, "反之同等与稍微之间"], [None, None, "equal"]]
    found = document({"criteria": list("abc"), "scale": "verbal", "matrix": matrix}, "m").model.judgements
    np.testing.assert_allclose(found.matrix[[0, 0, 1], [1, 2, 2]], [3, 1 / 7, 1 / 2])
    numbers = document({"criteria": ["a", "b"], "scale": "verbal", "matrix": [[1, "1/3"], [None, 1]]}, "m")
    assert numbers.model.judgements.matrix[0, 1] == 1 / 3
    assert "no word" in refused(
        {"criteria": ["a", "b"], "scale": "verbal", "matrix": [[1, "modrate"], [None, 1]]}
    )
    assert "moderate" in refused(
        {"criteria": ["a", "b"], "scale": "verbal", "matrix": [[1, "modrate"], [None, 1]]}
    )


def test_every_word_of_the_scale_has_its_reverse():
    for word, value in WORDS.items():
        assert verbal(word.upper()) == value
        assert verbal(f"- {word}") == verbal(f"反之{word}") == 1 / value
    assert verbal("若干") is None


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"matirx": [[1]]}, "'matrix'"),
        ({"method": "eigenvektor"}, "'eigenvector'"),
        ({"random_index": "saaty"}, "saaty1980"),
        ({"scale": "fuzzy"}, "saaty, verbal"),
        ({"criteria": "ab"}, "list of names"),
        ({"criteria": []}, "list of names"),
        ({"criteria": ["a", 1]}, "list of names"),
        ({"criteria": ["a", "a"]}, "twice"),
        ({"matrix": None}, "no matrix"),
        ({"matrix": "1"}, "no matrix"),
        ({"matrix": [[1, 0], [None, 1]]}, "'价格' over '速度'"),
        ({"matrix": [[1, None], [None, 1]]}, "价格; 速度"),
        ({"goal": 3}, "goal"),
        ({"children": {"速渡": PLAIN}}, "价格, 速度"),
        ({"children": [PLAIN]}, "children"),
        ({"children": {"速度": {"criteria": ["x"], "matrx": 1}}}, "model.json › 速度"),
        ({"experts": []}, "list of experts"),
        ({"experts": [3]}, "experts[0]"),
        ({"experts": [{"matrix": [[1, -3], [None, 1]]}]}, "model.json › #1"),
        ({"experts": [{"name": "x", "weight": -1, "matrix": PLAIN["matrix"]}]}, "weight -1"),
        ({"experts": [{"name": "x", "weight": 0, "matrix": PLAIN["matrix"]}]}, "weight above 0"),
        ({"experts": [{"name": "x", "weight": 10**400, "matrix": PLAIN["matrix"]}]}, "weight 1000"),
        ({"experts": [{"name": "x", "wieght": 1, "matrix": PLAIN["matrix"]}]}, "'weight'"),
        ({"experts": [{"name": "x", "matrix": PLAIN["matrix"]}] * 2}, "twice"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(change, told):
    message = refused(PLAIN | change)
    assert told in message
    assert "model.json" in message


def test_a_document_must_be_an_object_and_not_too_deep():
    assert "object" in refused([PLAIN])
    deep = {"criteria": ["a"]}
    for _ in range(60):
        deep = {"criteria": ["a"], "children": {"a": deep}}
    assert "50 levels" in refused(deep)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        '{"criteria": ["a"], "criteria": ["b"]}',
        '{"criteria": ["a"], "matrix": [[NaN]]}',
        "[" * 100_000,
        "= 3",
    ],
)
def test_broken_text_is_told(text):
    with pytest.raises(UsageError, match="source"):
        from_text(text, "source")


def test_files_of_another_kind_encoding_or_none_at_all_are_told(tmp_path):
    (tmp_path / "a.json").write_bytes(json.dumps(PLAIN, ensure_ascii=False).encode("gbk"))
    (tmp_path / "a.doc").write_text("x")
    for name, told in (("a.json", "UTF-8"), ("a.doc", ".json, .toml"), ("none.json", "none.json")):
        with pytest.raises(UsageError, match=told):
            read(tmp_path / name)


def test_a_matrix_beside_experts_is_told_to_be_unused():
    model = document(PLAIN | {"experts": [{"matrix": [[1, 5], [None, 1]]}]}, "m").model
    assert model.judgements is None
    assert "isn't used" in evaluate(model).remarks[0].en
    assert evaluate(model).weights[0] == pytest.approx(5 / 6)


@pytest.mark.parametrize(
    ("text", "next_"),
    [
        ('{"criteria": ["a", "b"], "matrix": [[1, NaN], [null, 1]]}', "write null where nothing was judged"),
        ('{"criteria": ["a", "b"], "matrix": [[1, 3], [1]]}', "write null where nothing was judged"),
        ('{"criteria": ["a", "b"], "matrix": [[1, 3]]}', "write null where nothing was judged"),
        ('{"criteria": ["a", "b"]}', "write null where nothing was judged"),
        ('{"criteria": ["a", "a"], "matrix": [[1, 3], [null, 1]]}', "a name of its own"),
        ('{"criteria": ["a", "b"], "matrix": [[2, 3], [null, 1]]}', "on the diagonal"),
        ('{"criteria": ["a", "b"], "matrix": [[1, -3], [null, 1]]}', "number from 1/9 to 9"),
        ('{"criteria": ["a", "b"], "matrix": [[1, 0], [null, 1]]}', "number from 1/9 to 9"),
        ('{"criteria": 3}', '"criteria": ['),
        ('{"criteria": ["a"], "experts": [{"name": "x"}, {"name": "x"}]}', "a name of his own"),
        ("matrix = [[1, 3]", 'write "" where'),
    ],
)
def test_the_commonest_errors_say_what_to_do_next(text, next_):
    with pytest.raises(UsageError) as error:
        from_text(text, "m")
    assert next_ in str(error.value).split("Next: ")[1]


def test_what_people_write_for_each_other_is_remarked_upon_and_not_used():
    expert = {"name": "x", "role": "chief", "matrix": PLAIN["matrix"]}
    given = {"title": "t", "notes": ["n"], "criteria": PLAIN["criteria"], "experts": [expert]}
    found = document(given, "m").model
    assert found.name == "AHP"
    assert [r.en for r in found.remarks] == [
        "Keys that aren't used: title, notes.",
        "The role of an expert isn't used.",
    ]
    assert (
        document(PLAIN | {"name": "n", "description": "d"}, "m").model.remarks[0].zh
        == "这些键不使用：name、description。"
    )
    message = refused(PLAIN | {"matrx": [[1]]})
    assert "Did you mean 'matrix'?" in message
    assert "notes" not in message


def test_spaces_around_names_do_not_count_in_criteria_and_children_alike():
    below = {"criteria": ["x ", " y"], "matrix": [[1, 2], [None, 1]]}
    given = {"criteria": [" a", "b"], "matrix": [[1, 3], [None, 1]], "children": {"a ": below}}
    assert list(evaluate(document(given, "m").model).global_weights) == ["x", "y", "b"]
    assert [q.path for q in questions(given)] == [(), ("a",)]
    assert "Two children" in refused(given | {"children": {"a": below, "a ": below}})


def test_one_item_needs_no_matrix():
    assert evaluate(from_json('{"criteria": ["all"]}', "m").model).by_name == {"all": 1.0}
