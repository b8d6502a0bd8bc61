"""Documents from every kind of file: questionnaires, surveys, and what people call the items."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from zhike.base.errors import UsageError
from zhike.base.text import say
from zhike.models.ahp import evaluate
from zhike.models.ahp.questionnaire import write_questionnaire
from zhike.models.ahp.sources import labelled, read_source

HIERARCHY = {
    "criteria": ["a", "b"],
    "matrix": [[1, 3], [None, 1]],
    "children": {"b": {"criteria": ["p", "q"], "matrix": [[1, 2], [None, 1]]}},
}


def questionnaire(path: Path, expert: str = "", filled: bool = True) -> Path:
    labels = {"a": say("甲", "first"), "p": say("同名", "same"), "q": say("同名", "same")}
    write_questionnaire(path, HIERARCHY, labels=labels, filled=filled, expert=expert)
    return path


def test_a_filled_questionnaire_is_weighed_like_the_document_it_came_from(tmp_path: Path) -> None:
    source = read_source([questionnaire(tmp_path / "q.xlsx")])
    assert evaluate(source.document.model).by_name == pytest.approx({"a": 0.75, "b": 0.25})
    assert source.document.remarks == ()


def test_items_are_called_by_their_labels_but_not_where_two_would_be_called_the_same(tmp_path: Path) -> None:
    source = read_source([questionnaire(tmp_path / "q.xlsx", "Ann")])
    found = evaluate(labelled(source.document.model, source.labels, "zh"))
    assert found.items == ("甲", "b")
    assert found.global_weights == pytest.approx({"甲": 0.75, "p": 1 / 6, "q": 1 / 12})
    assert labelled(source.document.model, {"a": say("b", "b")}, "zh").items == ("a", "b")


def test_the_questionnaires_of_several_experts_are_read_as_one(tmp_path: Path) -> None:
    paths = [questionnaire(tmp_path / f"{name}.xlsx", name) for name in ("Ann", "Bob")]
    model = read_source(paths).document.model
    assert [e.name for e in model.experts] == ["Ann", "Bob"]
    assert [e.name for e in model.children["b"].experts] == ["Ann", "Bob"]


def test_what_was_remarked_in_a_questionnaire_is_told_with_the_file(tmp_path: Path) -> None:
    path = questionnaire(tmp_path / "q.xlsx")
    book = openpyxl.load_workbook(path)
    book.worksheets[2]["C5"] = "0.5001"
    book.worksheets[1]["C5"] = "0.33"
    book.save(path)
    (remark,) = read_source([path]).document.remarks
    assert remark.en.startswith("q.xlsx: Sheet 1 总目标 Goal row 5, a / b: '0.33' is read as 1/3")


def test_a_survey_tells_what_it_leaves_out(tmp_path: Path) -> None:
    path = tmp_path / "s.csv"
    rows = "".join(f"p{k},98,.11,x\n" for k in range(25))
    path.write_text("who,a vs b,b vs c,age\nann,3,2,x\nbob,,,x\nann,3,,x\n" + rows)
    document = read_source([path]).document
    told = [remark.en for remark in document.remarks]
    assert told[0] == "No answers at all: bob."
    assert told[1] == "In more than one row: ann."
    assert told[2] == "Columns that hold no answers: age."
    assert told[3] == "'.11' is read as 1/9. (25 times)"
    assert told[4] == "Line 5, p0, a / b: '98' isn't used: it lies outside 1/9 to 9."
    assert told[-1] == "… and 5 more answers aren't used."
    assert len(document.model.experts) == 26


def test_json_is_read_as_ever_and_other_files_are_refused(tmp_path: Path) -> None:
    plain = tmp_path / "m.json"
    plain.write_text('{"criteria": ["a", "b"], "matrix": [[1, 3], [null, 1]]}')
    assert read_source([plain]).document.model.items == ("a", "b")
    for paths, word in (([plain, plain], "several at a time"), ([tmp_path / "m.pdf"], "Unknown kind")):
        with pytest.raises(UsageError, match=word):
            read_source(paths)


def test_an_unfilled_questionnaire_says_that_nothing_was_filled_in(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="Nothing has been filled in"):
        read_source([questionnaire(tmp_path / "q.xlsx", filled=False)])


@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
def test_a_plain_matrix_has_its_names_above_and_before_it(tmp_path: Path, suffix: str) -> None:
    rows = [
        ["", "价格", "b", "c"],
        ["价格", "1", "3", ""],
        ["b", "0.333333333333333", "1", "1/2"],
        ["c", "", "2", "1"],
    ]
    path = tmp_path / f"m{suffix}"
    if suffix == ".csv":
        path.write_text("\n".join(",".join(row) for row in rows), "utf-8")
    else:
        book = openpyxl.Workbook()
        for row in rows:
            book.active.append(row)
        book.save(path)
    model = read_source([path]).document.model
    assert model.items == ("价格", "b", "c")
    assert model.judgements is not None
    assert model.judgements.matrix[0, 1] == 3
    assert model.judgements.missing == ((0, 2),)


def test_pairs_that_do_not_say_who_judged_them_are_one_experts(tmp_path: Path) -> None:
    path = tmp_path / "pairs.csv"
    path.write_text("left,right,value\na,b,3\nb,c,1/2\n")
    model = read_source([path]).document.model
    assert [e.name for e in model.experts] == ["1"]
    assert evaluate(model).by_name == pytest.approx({"a": 0.5, "b": 1 / 6, "c": 1 / 3})


@pytest.mark.parametrize(("last", "what"), [("1", "Nothing compares"), ("x", "no usable answer")])
def test_what_was_refused_in_a_questionnaire_is_told_where_too_little_is_left(
    tmp_path: Path, last: str, what: str
) -> None:
    path = tmp_path / "q.xlsx"
    write_questionnaire(path, {"criteria": ["a", "b", "c"]})
    book = openpyxl.load_workbook(path)
    for row, text in zip((5, 6, 7), ("0.001", "98", last), strict=True):
        book.worksheets[1].cell(row, 3).value = text
    book.save(path)
    with pytest.raises(UsageError, match=what) as error:
        read_source([path])
    message = str(error.value)
    assert "row 5, a / b: '0.001' isn't used" in message
    assert "row 6, a / c: '98' isn't used" in message
    assert "q.xlsx" in message.split("Where: ")[1]
    assert "Next: " in message


def square(path: Path, *rows: str) -> Path:
    path.write_text("\n".join((",a,b,c", *rows)), "utf-8")
    return path


def test_a_plain_matrix_is_screened_like_any_answer(tmp_path: Path) -> None:
    path = square(tmp_path / "m.csv", "a,—,=1/5,.001", "b,,1,1 / 3", "c,0.11,３,1")
    document = read_source([path]).document
    assert document.model.judgements is not None
    matrix = document.model.judgements.matrix
    assert matrix[0, 1] == 1 / 5
    assert matrix[1, 2] == 1 / 3
    assert matrix[0, 2] == 9
    assert [remark.en for remark in document.remarks] == [
        "Line 2, a / c: '.001' isn't used: it lies outside 1/9 to 9.",
        "Line 4, c / a: '0.11' is read as 1/9.",
    ]


def test_decimals_beside_their_reciprocals_stay_as_printed_and_need_no_word(tmp_path: Path) -> None:
    path = square(tmp_path / "m.csv", "a,1,3.2,6", "b,=0.3,1,2", "c,0.16,0.5,1")
    document = read_source([path]).document
    assert document.remarks == ()
    assert document.model.judgements is not None
    assert document.model.judgements.matrix[1, 0] == 1 / 3.2


def test_typing_errors_of_a_plain_matrix_are_told_where_too_little_is_left(tmp_path: Path) -> None:
    path = square(tmp_path / "m.csv", "a,1,98,.001", "b,,1,3", "c,,,1")
    with pytest.raises(UsageError, match="Nothing compares") as error:
        read_source([path])
    assert "Line 2, a / b: '98' isn't used" in str(error.value)
    with pytest.raises(UsageError, match="'a' against itself"):
        read_source([square(tmp_path / "d.csv", "a,2,3,1", "b,,1,3", "c,,,1")])
