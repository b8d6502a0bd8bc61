"""The questionnaire: what is written and filled reads back exactly; what was tampered with is refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import openpyxl
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from zhike.base.errors import UsageError
from zhike.base.text import say
from zhike.models.ahp.judgements import judgements
from zhike.models.ahp.questionnaire import joined, questions, read_questionnaire, write_questionnaire
from zhike.models.ahp.questionnaire.questions import choices, chosen, written

DOCUMENT: dict[str, Any] = {
    "criteria": ["收益", "risk", "=cost"],
    "matrix": [[1, 3, "1/5"], [None, 1, None], [None, None, 1]],
    "method": "geometric",
    "children": {
        "risk": {"criteria": ["p", "q"], "matrix": [[1, 2.5], [None, 1]], "goal": "the risk"},
        "=cost": {"criteria": ["only"]},
    },
}


def fill(path: Path, answers: dict[str, object], key_column: int = 5, answer_column: int = 3) -> None:
    """Fill cells by their keys, as a person would by looking at the pairs."""
    book = openpyxl.load_workbook(path)
    for sheet in book.worksheets[:-1]:
        column = 4 if sheet.title == "封面 Cover" else key_column
        for row in range(1, sheet.max_row + 1):
            key = sheet.cell(row, column).value
            if key in answers:
                sheet.cell(row, answer_column).value = answers[key]
    book.save(path)


def test_a_filled_questionnaire_reads_back_exactly(tmp_path: Path) -> None:
    path = tmp_path / "q.xlsx"
    write_questionnaire(path, DOCUMENT, filled=True)
    found = read_questionnaire(path)
    assert found.remarks == ()
    assert found.document() == {
        "method": "geometric",
        "criteria": ["收益", "risk", "=cost"],
        "matrix": [[1, 3, 1 / 5], [1 / 3, 1, None], [5, None, 1]],
        "children": {
            "risk": {"goal": "the risk", "criteria": ["p", "q"], "matrix": [[1, 2.5], [0.4, 1]]},
            "=cost": {"criteria": ["only"], "matrix": [[1]]},
        },
    }


def test_an_empty_one_asks_about_every_pair_and_holds_no_judgement(tmp_path: Path) -> None:
    path = tmp_path / "q.xlsx"
    write_questionnaire(path, DOCUMENT, labels={"p": say("概率", "probability")})
    found = read_questionnaire(path)
    assert found.answered == 0
    assert found.labels["p"] == say("概率", "probability")
    assert [len(q.pairs) for q in found.nodes] == [3, 1, 0]
    book = openpyxl.load_workbook(path)
    assert book["2 risk"]["B5"].value == "概率 probability"
    assert book["1 总目标 Goal"]["D6"].value == "=cost"
    assert book["1 总目标 Goal"]["D6"].data_type == "s"  # text, never a formula
    assert book["zhike"].sheet_state == "veryHidden"
    assert [book["封面 Cover"].cell(row, 3).value for row in (10, 11)] == [
        "=COUNTA('1 总目标 Goal'!C5:C7)&\" / 3\"",
        "=COUNTA('2 risk'!C5:C5)&\" / 1\"",
    ]
    assert [v.type for v in book["1 总目标 Goal"].data_validations.dataValidation] == ["list"]


def test_an_experts_choices_numbers_and_words_are_read_with_name_and_weight(tmp_path: Path) -> None:
    path = tmp_path / "q.xlsx"
    write_questionnaire(path, DOCUMENT)
    fill(
        path,
        {
            "name": "张三",
            "weight": 2,
            "0:0:1": choices()[0],
            "0:0:2": -3,
            "0:1:2": "1/7",
            "1:0:1": "稍微重要",
        },
    )
    found = read_questionnaire(path)
    assert (found.expert, found.weight, found.answered) == ("张三", 2, 4)
    document = found.document()
    assert document["experts"] == [
        {"name": "张三", "weight": 2, "matrix": [[1, 9, 1 / 3], [1 / 9, 1, 1 / 7], [3, 7, 1]]}
    ]
    assert document["children"]["risk"]["experts"][0]["matrix"] == [[1, 3], [1 / 3, 1]]


def test_typing_errors_are_left_out_and_told_with_their_place(tmp_path: Path) -> None:
    path = tmp_path / "q.xlsx"
    write_questionnaire(path, DOCUMENT)
    fill(path, {"0:0:1": 0.001, "0:0:2": "98", "0:1:2": 0.11})
    found = read_questionnaire(path)
    assert found.answered == 1
    assert len(found.remarks) == 3
    assert "Sheet 1 总目标 Goal row 5, 收益 / risk: '0.001' isn't used" in found.remarks[0].en


def test_several_experts_are_joined_and_who_said_nothing_of_a_node_is_not_among_its_experts(
    tmp_path: Path,
) -> None:
    filled = []
    for name, answers in (("a", {"0:0:1": 3, "1:0:1": 2}), ("b", {"0:0:1": -3})):
        path = tmp_path / f"{name}.xlsx"
        write_questionnaire(path, DOCUMENT)
        fill(path, answers | ({"name": "Ann"} if name == "a" else {}))
        filled.append(read_questionnaire(path))
    document = joined(filled)
    assert [e["name"] for e in document["experts"]] == ["Ann", "b"]
    assert [e["name"] for e in document["children"]["risk"]["experts"]] == ["Ann"]
    assert [e["name"] for e in document["children"]["=cost"]["experts"]] == ["Ann", "b"]
    with pytest.raises(UsageError, match="same expert"):
        joined([filled[0], filled[0]])
    with pytest.raises(UsageError, match="Nobody judged"):
        joined(filled[1:])
    other = tmp_path / "other.xlsx"
    write_questionnaire(other, {"criteria": ["x", "y"]})
    with pytest.raises(UsageError, match="different hierarchies"):
        joined([filled[0], read_questionnaire(other)])


names = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=8)
grades = st.sampled_from([None, *range(1, 10), *(1 / k for k in range(2, 10)), 2.7, 1 / 2.7, 1.125, 5 / 3])


@st.composite
def hierarchies(draw: Callable[..., Any], depth: int = 2) -> dict[str, Any]:
    items = draw(st.lists(names, min_size=1, max_size=4, unique=True))
    n = len(items)
    matrix = [[None if j <= i else draw(grades) for j in range(n)] for i in range(n)]
    known = judgements(items, matrix, connected=False).matrix
    plain = [[None if np.isnan(v) else v for v in row] for row in known.tolist()]
    children = {item: draw(hierarchies(depth - 1)) for item in items if depth and draw(st.booleans())}
    return {"criteria": items, "matrix": plain} | ({"children": children} if children else {})


@given(hierarchies())
@settings(max_examples=8)
def test_any_hierarchy_that_is_written_filled_reads_back_exactly(document: dict[str, Any]) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "q.xlsx"
        write_questionnaire(path, document, filled=True)
        assert read_questionnaire(path).document() == document


@given(st.one_of(st.sampled_from([float(k) for k in range(1, 10)]), st.floats(1, 9)), st.booleans())
def test_every_judgement_on_the_scale_is_written_and_chosen_exactly(times: float, turned: bool) -> None:
    answer, right = chosen(written(1 / times, times) if turned else written(times, 1 / times))
    assert answer.value == times
    assert answer.why is None
    assert right == (turned and times > 1)


def test_the_17_choices_go_from_left_to_right() -> None:
    assert len(choices()) == len(set(choices())) == 17
    read = [(a.value, right) for a, right in map(chosen, choices())]
    assert read == [(k, False) for k in range(9, 0, -1)] + [(k, True) for k in range(2, 10)]


def test_a_file_that_exists_is_not_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "q.xlsx"
    path.write_bytes(b"precious")
    with pytest.raises(UsageError, match="exists"):
        write_questionnaire(path, DOCUMENT)
    assert path.read_bytes() == b"precious"


def test_a_judgement_beyond_the_scale_cannot_be_asked_for_and_nothing_is_written(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="beyond the scale"):
        write_questionnaire(
            tmp_path / "q.xlsx", {"criteria": ["a", "b"], "matrix": [[1, 12], [None, 1]]}, filled=True
        )
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"criteria": "ab"},
        {"criteria": []},
        {"criteria": ["a", "a"]},
        {"criteria": ["a", "b"], "matrix": [[1, -3], [None, 1]]},
        {"criteria": ["a", "b"], "children": {"c": {"criteria": ["d"]}}},
        {"criteria": ["x" * 40_000]},
        {"criteria": ["a\ud800", "b"]},
    ],
)
def test_a_hierarchy_that_cannot_be_meant_is_refused(document: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        write_questionnaire(tmp_path / "q.xlsx", document)


def test_more_levels_than_anybody_needs_are_refused() -> None:
    document: dict[str, Any] = {"criteria": ["a"]}
    for _ in range(60):
        document = {"criteria": ["a"], "children": {"a": document}}
    with pytest.raises(UsageError):
        questions(document)


def tampered(path: Path, change: Callable[[Any], None]) -> Path:
    write_questionnaire(path, DOCUMENT)
    book = openpyxl.load_workbook(path)
    change(book)
    book.save(path)
    return path


@pytest.mark.parametrize(
    "change",
    [
        lambda book: book["1 总目标 Goal"].cell(5, 5).__setattr__("value", "0:0:9"),
        lambda book: book["1 总目标 Goal"].cell(5, 5).__setattr__("value", "7:0:1"),
        lambda book: book["1 总目标 Goal"].cell(5, 5).__setattr__("value", "0:0:2"),
        lambda book: book["1 总目标 Goal"].cell(5, 5).__setattr__("value", None),
        lambda book: book["zhike"].cell(2, 1).__setattr__("value", "2"),
        lambda book: book["zhike"].cell(2, 3).__setattr__("value", "[1, 2"),
        lambda book: book["zhike"].cell(2, 3).__setattr__("value", "5"),
        lambda book: book["zhike"].cell(2, 4).__setattr__("value", '{"p": 1}'),
        lambda book: book["zhike"].cell(3, 2).__setattr__("value", '["nobody"]'),
        lambda book: book["zhike"].cell(3, 2).__setattr__("value", "[]"),
        lambda book: book.remove(book["zhike"]),
        lambda book: book.remove(book["1 总目标 Goal"]),
    ],
)
def test_a_workbook_whose_pairs_cannot_be_told_apart_is_refused(
    change: Callable[[Any], None], tmp_path: Path
) -> None:
    with pytest.raises(UsageError):
        read_questionnaire(tampered(tmp_path / "q.xlsx", change))


def test_a_weight_of_nought_on_the_cover_is_heard(tmp_path: Path) -> None:
    path = tmp_path / "q.xlsx"
    write_questionnaire(path, DOCUMENT)
    fill(path, {"weight": 0})
    assert read_questionnaire(path).weight == 0


def test_a_weight_that_is_no_number_from_nought_on_and_a_foreign_workbook_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "q.xlsx"
    write_questionnaire(path, DOCUMENT)
    for weight in ("lots", "-1"):
        fill(path, {"weight": weight})
        with pytest.raises(UsageError, match=weight):
            read_questionnaire(path)
    foreign = tmp_path / "foreign.xlsx"
    with xlsxwriter.Workbook(str(foreign)) as book:
        book.add_worksheet().write_row(0, 0, ["a", "b"])
    with pytest.raises(UsageError, match="no questionnaire"):
        read_questionnaire(foreign)
