"""The rules that all formats share: figures, `="…"`, the cells file and its account."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhike.base.errors import InputRejected
from zhike.base.text import say
from zhike.datacentre.readers.extracted import CellBlock, Extracted, Note, check_header, write_cells
from zhike.datacentre.readers.figures import double_texts, number_text, stored_number
from zhike.datacentre.readers.foreign import extract_file
from zhike.datacentre.readers.formats import Format
from zhike.datacentre.readers.sandbox import Limits
from zhike.datacentre.readers.tabtext import unwrap


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("1.50", "1.5"), ("007", "7"), ("1E3", "1000"), ("1.2E-05", "0.000012"), ("-0", "0"), ("-0.0", "0"),
        ("110101199003070011", "1.1010119900307E+17"),
        ("999999999999999", "999999999999999"), ("1e15", "1E+15"),
        ("abc", None), ("nan", None), ("1_000", None), ("", None), ("１２", None), ("²", None), (" 5 ", "5"),
    ],
)  # fmt: skip
def test_a_stored_number_becomes_plain_text(raw: str, text: str | None) -> None:
    assert stored_number(raw) == text


@given(st.floats(allow_nan=False, allow_infinity=False, min_value=-1e14, max_value=1e14))
def test_a_figure_never_has_an_exponent_below_1e15_and_keeps_15_digits(value: float) -> None:
    text = number_text(value)
    assert "e" not in text.lower()
    assert float(text) == pytest.approx(value, rel=1e-14, abs=0)


@given(st.lists(st.none() | st.floats()))
def test_arrays_follow_the_rule_of_single_figures(values: list[float | None]) -> None:
    texts = double_texts(pa.array(values, pa.float64())).to_pylist()
    assert texts == [None if v is None else number_text(v) for v in values]


def test_wrapped_cells_are_unwrapped_and_nothing_else() -> None:
    cells = ['="000001"', '=""', '="a""b"', ' ="x" ', "=1+1", '="a"&"b"', "plain", '"', "", None]
    unwrapped = ["000001", "", 'a"b', "x", "=1+1", '="a"&"b"', "plain", '"', "", None]
    assert unwrap(pa.array(cells)).to_pylist() == unwrapped
    assert unwrap(pa.array(["a", None])).to_pylist() == ["a", None]
    assert unwrap(pa.array([], pa.string())).to_pylist() == []


@pytest.mark.real
def test_the_cells_of_the_real_tab_text_lose_their_wrapping(real_data: Path) -> None:
    text = (real_data / "statements" / "example-hxsec-records.xls").read_bytes().decode("gb18030")
    cells = unwrap(pa.array([c for line in text.splitlines() for c in line.split("\t")])).to_pylist()
    assert "799999" in cells
    assert not any(c.startswith('="') for c in cells)


def block(cells: list[str | None], numbers: list[bool] | None = None) -> CellBlock:
    flags: dict[int, Any] = {} if numbers is None else {0: pa.array(numbers)}
    return CellBlock(pa.array(range(2, 2 + len(cells)), pa.int64()), [pa.array(cells, pa.string())], flags)


def account(path: Path, **changed: Any) -> Extracted:
    facts: dict[str, Any] = {"header": ("代码",), "rows": 2, "lines": 4, "other": 1, "header_line": 1}
    return Extracted("a.xlsx", path, **{**facts, **changed})


def test_the_file_says_its_header_and_its_account(tmp_path: Path) -> None:
    note = Note("hidden_sheet", say("隐藏", "hidden"))
    extracted = account(tmp_path / "a.arrow", notes=(note,))
    write_cells(extracted, {0}, [block(["000001", None], [False, True])])
    with pa.memory_map(str(extracted.path)) as source:
        table = pa.ipc.open_file(source).read_all()
    assert table.to_pylist() == [
        {"line": 2, "c0": "000001", "n0": False},
        {"line": 3, "c0": None, "n0": True},
    ]
    said = json.loads(table.schema.metadata[b"zhike"])
    assert said == {
        "header": ["代码"], "header_line": 1, "lines": 4, "other": 1,
        "notes": [{"check": "hidden_sheet", "line": None, "column": None, "zh": "隐藏", "en": "hidden"}],
    }  # fmt: skip
    assert Extracted.from_plain(json.loads(json.dumps(extracted.plain())), tmp_path) == extracted


def test_an_account_that_does_not_add_up_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="4 lines"):
        account(tmp_path / "a", other=2)
    with pytest.raises(ValueError, match="1 rows written, 2 counted"):
        write_cells(account(tmp_path / "a"), (), [block(["x"])])


def test_a_path_that_a_child_answers_cannot_lead_elsewhere(tmp_path: Path) -> None:
    plain = {**account(tmp_path / "a").plain(), "file": "../../elsewhere/a"}
    assert Extracted.from_plain(plain, tmp_path).path == tmp_path / "a"


@pytest.mark.parametrize(
    ("cells", "check"),
    [
        (["a", "b\0"], "nul_byte"),
        (["a", "x" * 32_768], "cell_too_long"),
        (["a", "字" * 32_768], "cell_too_long"),
    ],
)
def test_a_cell_that_no_file_may_hold_is_named_by_its_line(
    tmp_path: Path, cells: list[str | None], check: str
) -> None:
    with pytest.raises(InputRejected) as e:
        write_cells(account(tmp_path / "a"), (), [block(cells)])
    assert (e.value.check, e.value.line, e.value.column) == (check, 3, "代码")


def test_the_longest_cell_allowed_is_allowed(tmp_path: Path) -> None:
    write_cells(account(tmp_path / "a"), (), [block(["字" * 32_767, "b"])])
    with pa.memory_map(str(tmp_path / "a")) as source:
        assert pa.ipc.open_file(source).read_all()["c0"].to_pylist() == ["字" * 32_767, "b"]


def test_blank_names_may_repeat_other_names_may_not() -> None:
    check_header(["", "a", ""])
    for header, check in (
        (["a", "b", "a"], "duplicate_header"),
        ([""] * 16_385, "too_many_columns"),
        (["a\0"], "nul_byte"),
    ):
        with pytest.raises(InputRejected) as e:
            check_header(header)
        assert e.value.check == check


def test_text_is_not_read_by_the_foreign_readers(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="TEXT"):
        extract_file(tmp_path / "a.csv", Format.TEXT, tmp_path, Limits())
