"""Surveys: long and wide, screened with a reason for every answer that isn't used, and a real one of 177 people."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import xlsxwriter

from zhike.base.errors import InputRejected, UsageError
from zhike.models.ahp.priorities import eigenvector
from zhike.models.ahp.survey import read_survey


def written(tmp_path: Path, text: str, encoding: str = "utf-8") -> Path:
    path = tmp_path / "survey.csv"
    path.write_bytes(text.encode(encoding))
    return path


def test_a_wide_file_has_a_row_a_person_and_a_column_a_pair(tmp_path: Path) -> None:
    path = written(tmp_path, "who,a vs b,c VS. a,b v c,age\nann,3,1/5,2,41\nbob,=1/3,,9,23\n")
    found = read_survey(path)
    (node,) = found.nodes
    assert node.items == ("a", "b", "c")
    assert node.experts == ("ann", "bob")
    np.testing.assert_allclose(node.matrices[0], [[1, 3, 5], [1 / 3, 1, 2], [1 / 5, 1 / 2, 1]])
    np.testing.assert_array_equal(node.matrices[1], [[1, 1 / 3, np.nan], [3, 1, 9], [np.nan, 1 / 9, 1]])
    assert node.complete.tolist() == [True, False]
    assert found.unused == ("age",)
    assert found.remarks == ()


def test_typing_errors_become_missing_and_are_told_with_line_and_person(tmp_path: Path) -> None:
    found = read_survey(written(tmp_path, "who,a vs b,a vs c\nann,0.001,3\nbob,x,0.11\ncy,2,0\n"))
    assert [(r.line, r.expert, r.right, r.text) for r in found.refused] == [
        (2, "ann", "b", "0.001"),
        (3, "bob", "b", "x"),
        (4, "cy", "c", "0"),
    ]
    assert np.isnan(found.nodes[0].matrices[0, 0, 1])
    (snapped,) = [r for r in found.remarks if r.value is not None]
    assert (snapped.expert, snapped.value) == ("bob", 1 / 9)
    assert found.nodes[0].matrices[1, 0, 2] == 1 / 9


def test_chinese_pairs_in_gb18030_with_weights_are_read(tmp_path: Path) -> None:
    text = "姓名,权重,资产 对 佣金,佣金 对 风险\n张三,2,3,1/2\n李四,,5,稍微重要\n王五,1,,\n"
    found = read_survey(written(tmp_path, text, "gb18030"))
    (node,) = found.nodes
    assert node.items == ("资产", "佣金", "风险")
    assert node.weights == (2, 1)
    assert node.matrices[1, 1, 2] == 3
    assert found.silent == ("王五",)
    assert found.document()["experts"][0] == {
        "name": "张三", "weight": 2.0, "matrix": [[1.0, 3.0, None], [1 / 3, 1.0, 0.5], [None, 2.0, 1.0]],
    }  # fmt: skip


def test_a_weight_of_nought_is_heard(tmp_path: Path) -> None:
    found = read_survey(written(tmp_path, "who,weight,a vs b\nann,0,3\nbob, ,5\n"))
    assert found.nodes[0].weights == (0, 1)


def test_a_pair_asked_twice_counts_once_where_the_answers_agree_and_not_at_all_where_they_do_not(
    tmp_path: Path,
) -> None:
    found = read_survey(written(tmp_path, "who,a vs b,b vs a,a vs c\nann,3,1/3,1\nbob,3,3,1\n"))
    assert found.nodes[0].matrices[0, 0, 1] == 3
    assert np.isnan(found.nodes[0].matrices[1, 0, 1])
    assert [(r.expert, r.left) for r in found.refused] == [("bob", "a"), ("bob", "b")]


def test_who_stands_in_two_rows_is_told_of_and_contradicting_answers_are_not_used(tmp_path: Path) -> None:
    found = read_survey(written(tmp_path, "who,a vs b,b vs c\nann,3,2\nann,3,5\nbob,1,1\n"))
    assert found.repeated == ("ann",)
    assert found.nodes[0].experts == ("ann", "bob")
    assert found.nodes[0].matrices[0, 0, 1] == 3
    assert np.isnan(found.nodes[0].matrices[0, 1, 2])
    assert [r.line for r in found.refused] == [2, 3]


def test_an_answer_that_does_not_say_whose_it_is_is_refused(tmp_path: Path) -> None:
    found = read_survey(written(tmp_path, LONG + ",m,g,a,b,3,2025-01-01\ne,m,g,a,b,5,2025-01-01\n"))
    assert found.nodes[0].experts == ("e",)
    assert found.refused[0].why.en == "It doesn't say whose answer it is."
    assert found.repeated == ()


LONG = "expert_id,model_id,parent,left,right,value,at\n"


def test_a_long_file_is_the_contracts_table_and_gives_a_hierarchy(tmp_path: Path) -> None:
    rows = [
        "e1,m,goal,x,y,3,2025-01-01", "e1,m,x,p,q,1/5,2025-01-01",
        "e2,m,goal,y,x,2,2025-01-01", "e2,m,x,p,q,,2025-01-01",
    ]  # fmt: skip
    found = read_survey(written(tmp_path, LONG + "\n".join(rows)))
    assert [node.parent for node in found.nodes] == ["goal", "x"]
    document = found.document()
    assert document["criteria"] == ["x", "y"]
    assert [e["matrix"][0][1] for e in document["experts"]] == [3, 0.5]
    assert document["children"]["x"]["criteria"] == ["p", "q"]
    assert [e["name"] for e in document["children"]["x"]["experts"]] == ["e1"]


def test_weights_in_a_long_file_count(tmp_path: Path) -> None:
    head = "expert_id,left,right,value,weight\n"
    found = read_survey(written(tmp_path, head + "e1,a,b,3,2\ne1,b,c,3,\ne2,a,b,5,0\ne3,a,b,5,\n"))
    assert found.nodes[0].weights == (2, 0, 1)
    assert found.unused == ()
    for rows, words in (("e1,a,b,3,2\ne1,b,c,3,1\n", "two weights: 2 and 1"), ("e1,a,b,3,-1\n", "'-1'")):
        with pytest.raises(UsageError, match=words):
            read_survey(written(tmp_path, head + rows))


def test_of_two_answers_at_different_times_the_later_counts_and_the_earlier_is_told(tmp_path: Path) -> None:
    rows = "e,m,g,a,b,3,2025-01-01 10:00:00\ne,m,g,b,a,1/5,2025-03-01 09:00:00\n"
    found = read_survey(written(tmp_path, LONG + rows))
    assert found.nodes[0].matrices[0, 0, 1] == 5
    assert [(r.line, r.text) for r in found.refused] == [(2, "3")]
    undated = read_survey(written(tmp_path, LONG + "e,m,g,a,b,3,\ne,m,g,a,b,4,\ne,m,g,a,c,2,\n"))
    assert np.isnan(undated.nodes[0].matrices[0, 0, 1])
    assert len(undated.refused) == 2


def test_several_models_in_one_file_have_to_be_told_apart(tmp_path: Path) -> None:
    path = written(tmp_path, LONG + "e,m1,g,a,b,3,2025-01-01\ne,m2,g,a,b,5,2025-01-01\n")
    with pytest.raises(UsageError, match="m1, m2"):
        read_survey(path)
    assert read_survey(path, model="m2").nodes[0].matrices[0, 0, 1] == 5
    with pytest.raises(UsageError, match="m3"):
        read_survey(path, model="m3")


def test_comparing_an_item_with_itself_is_refused(tmp_path: Path) -> None:
    found = read_survey(written(tmp_path, LONG + "e,m,g,a,a,3,2025-01-01\ne,m,g,a,b,3,2025-01-01\n"))
    assert len(found.refused) == 1
    assert found.nodes[0].items == ("a", "b")


def test_nodes_that_make_no_tree_are_refused(tmp_path: Path) -> None:
    two = LONG + "e,m,g,a,b,3,2025-01-01\ne,m,h,c,d,3,2025-01-01\n"
    with pytest.raises(UsageError, match="g, h"):
        read_survey(written(tmp_path, two)).document()
    circle = LONG + "e,m,g,a,b,3,2025-01-01\ne,m,x,y,z,3,2025-01-01\ne,m,y,x,w,3,2025-01-01\n"
    with pytest.raises(UsageError, match="below the goal"):
        read_survey(written(tmp_path, circle)).document()


@pytest.mark.parametrize(
    "text",
    ["name,age\nann,3\n", "who,a vs b\nann,\n", "who,a vs b\nann,foo\n", "who,weight,a vs b\nann,-1,3\n"],
)
def test_a_file_without_usable_answers_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(UsageError):
        read_survey(written(tmp_path, text))


def test_files_that_are_not_there_empty_or_of_another_kind_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such file"):
        read_survey(tmp_path / "none.csv")
    empty = tmp_path / "empty.csv"
    empty.touch()
    with pytest.raises(InputRejected):
        read_survey(empty)


def test_formulas_in_a_workbook_count_with_the_value_saved_beside_them(tmp_path: Path) -> None:
    path = tmp_path / "survey.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        for title, value in (("one", 0.142857142857143), ("two", 9)):
            sheet = book.add_worksheet(title)
            sheet.write_row(0, 0, ["who", "a vs b"] if title == "one" else ["remarks", "more"])
            sheet.write_string(1, 0, "ann")
            sheet.write_formula(1, 1, "=1/7", None, value)
    found = read_survey(path)
    assert found.nodes[0].matrices[0, 0, 1] == 1 / 7


@pytest.mark.real
def test_the_real_survey_has_171_full_answers_166_of_them_usable_and_25_consistent(real_data: Path) -> None:
    found = read_survey(real_data / "ahp_survey" / "responses.xlsx")
    (node,) = found.nodes
    assert node.items == ("BL", "ST", "GP", "QL", "BB")
    assert (
        len(node.experts) == 176
    )  # of 177: number 52 answered nothing, and the row `all` is about alternatives
    assert found.silent == ("all", "52")
    # 171 people filled all ten cells; five of them made typing errors such as =1/98 for =1/9
    assert sorted({r.expert for r in found.refused}) == ["107", "110", "117", "167", "58"]
    assert len(found.refused) == 11
    typing = np.array([e in {r.expert for r in found.refused} for e in node.experts])
    assert int(node.complete.sum()) == 166
    assert int((node.complete | typing).sum()) == 171
    ratio = (eigenvector(node.matrices[node.complete]).lambda_max - 5) / 4 / 1.1086
    assert int((ratio < 0.10).sum()) == 25
    assert {r.text for r in found.remarks if r.value is not None} == {"0.1", "0.11", "0.111", "0.14", "0.33"}
