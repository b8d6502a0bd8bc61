"""Properties that hold for any content: counts add up, numbers read back exactly, the same rows are the same everywhere."""

from __future__ import annotations

import csv
import gzip
import io
import random
import tempfile
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from fixtures.malformed_make import workbook
from zhike.base.errors import InputRejected
from zhike.datacentre import kernels, texts
from zhike.datacentre.columns import TextCells
from zhike.datacentre.ingest import Request, ingest
from zhike.datacentre.readers.surveying import survey
from zhike.datacentre.report import Report
from zhike.datacentre.store.house import Store
from zhike.datacentre.undo import undo
from zhike.engine.parquet import read_table

TODAY = date(2025, 12, 31)
HEADER = ["date", "client_id", "security_id", "side", "quantity", "price", "amount", "flag"]
KEYED = ["trade_id", *HEADER]


def stored(home: Path, table: str = "trade") -> list[dict[str, Any]]:
    """Return the rows as they hold, in the order of their keys, without storage's own columns."""
    store = Store(home)
    files = store.files(store.manifest(), table)
    rows = pa.concat_tables([read_table(f) for f in files]).to_pylist() if files else []
    return sorted(
        ({k: v for k, v in row.items() if k[0] != "_"} for row in rows), key=lambda r: str(r["trade_id"])
    )


def taken(home: Path, **files: bytes) -> Report:
    """Ingest one drop of files, given as name_extension=content."""
    with tempfile.TemporaryDirectory() as folder:
        for name, content in files.items():
            (Path(folder) / name.replace("__", ".")).write_bytes(content)
        return ingest(home, Request(Path(folder), TODAY))


def as_csv(rows: list[list[Any]], header: list[str] = HEADER) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([header, *rows])
    return out.getvalue()


ODD = [
    "", " ", "合计", "NaN", "-", "1,5", '"', '""', '"a', '="1"', "\ufffd", "锟斤拷", "张三", "\r", "\n", "\0", "\u202e", "²", "１０",
    "1.10101E+17", "2594", "20240230", "2026-06-01", "2025-03-02", "1e5", "9" * 25, "=1+1", "'; DROP", "buy", "10",
]  # fmt: skip
CELLS = st.one_of(st.sampled_from(ODD), st.text(max_size=6))
GOOD = ["T1", "2025-03-03", "C1", "600000.SH", "buy", "100", "10", "1000", "买入"]


@st.composite
def nearly_good_rows(draw: st.DrawFn) -> list[str]:
    row = [f"T{draw(st.integers(1, 9))}", *GOOD[1:]]
    for place, cell in draw(st.lists(st.tuples(st.integers(0, 8), CELLS), max_size=2)):
        row[place] = cell
    return row


SHAPES = st.lists(st.one_of(nearly_good_rows(), st.lists(CELLS, max_size=9)), max_size=8)


@settings(max_examples=60)
@given(
    SHAPES,
    st.sampled_from([",", "\t", "|", ";"]),
    st.sampled_from(["utf-8", "gb18030", "utf-16"]),
    st.booleans(),
)
@example([["T1", "2025-03-03", "C1", "600000.SH", "buy", "1", "1", "1", "\r"]], ",", "utf-8", True)
def test_any_text_gives_a_report_whose_counts_add_up(
    rows: list[list[str]], mark: str, code: str, headed: bool
) -> None:
    lines = [mark.join(row) for row in ([KEYED, *rows] if headed else rows)]
    content = "\n".join(lines).encode(code, "replace")
    with tempfile.TemporaryDirectory() as home:
        report = taken(Path(home), trade__csv=content)
        for file in report.files:
            assert file.lines == file.accepted + file.quarantined + file.other
            assert min(file.accepted, file.quarantined, file.other) >= 0
        assert len(stored(Path(home))) <= sum(f.accepted for f in report.files)


@settings(max_examples=40)
@given(st.binary(max_size=400))
def test_any_bytes_give_a_report_whose_counts_add_up(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as home:
        for file in taken(Path(home), anything__csv=content).files:
            assert file.lines == file.accepted + file.quarantined + file.other


def parsed(cells: list[str], scale: int) -> tuple[list[int], list[int]]:
    column = TextCells(pa.array([c.encode("utf-8", "replace") for c in cells], pa.binary()), "any")
    numbers, codes = kernels.parse_decimals(*column.buffers(), scale, False, False)
    return numbers.tolist(), codes.tolist()


@given(st.lists(st.decimals(min_value=-(10**13), max_value=10**13, places=4), min_size=1))
def test_a_decimal_reads_back_exactly(values: list[Decimal]) -> None:
    numbers, codes = parsed([format(v, "f") for v in values], 4)
    assert codes == [kernels.OK] * len(values)
    assert [Decimal(n).scaleb(-4) for n in numbers] == values


GARBAGE = st.one_of(st.text(alphabet="0123456789.,+-eE_ ()NaInf", max_size=12), st.text(max_size=5))


@settings(max_examples=300)
@given(st.lists(GARBAGE, min_size=1, max_size=20))
@example(["1_000", "NaN", "1e5", ".5", "5.", ".", "+.", "-0", "0.00005", "0.00015", "1.00005000000001"])
def test_numbers_are_those_of_decimal_and_nothing_else(cells: list[str]) -> None:
    numbers, codes = parsed(cells, 4)
    for cell, number, code in zip(cells, numbers, codes, strict=True):
        expected = plain_decimal(cell)
        if expected is None:
            assert code == (kernels.EMPTY if not cell.strip(" \t") else kernels.NOT_A_NUMBER), cell
        else:
            rounded = expected.quantize(Decimal("0.0001"), "ROUND_HALF_EVEN")
            assert number == int(rounded.scaleb(4)), cell
            assert code == (kernels.OK if rounded == expected else kernels.TOO_FINE), cell


def plain_decimal(cell: str) -> Decimal | None:
    """Read an optional sign, ASCII digits and one point; nothing else is a number here."""
    bare = cell.strip(" \t")
    if not bare.isascii() or any(c not in "0123456789.+-" for c in bare):
        return None
    try:
        return Decimal(bare)
    except InvalidOperation:
        return None


@settings(max_examples=200)
@given(st.one_of(st.binary(max_size=300), st.text(max_size=100).map(str.encode)), st.integers(1, 64))
def test_the_survey_agrees_with_python_on_lines_and_utf8(content: bytes, block: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "text"
        path.write_bytes(content)
        marked = content[:2] in (b"\xff\xfe", b"\xfe\xff")
        if marked or b"\0" in content:
            with pytest.raises(InputRejected) as caught:
                survey(path, block)
            line = None if marked else content[: content.index(0)].count(b"\n") + 1
            assert (caught.value.check, caught.value.line) == ("bad_encoding" if marked else "nul_byte", line)
            return
        found = survey(path, block)
    assert found.lines == content.count(b"\n") + (content[-1:] not in (b"", b"\n"))
    assert found.valid_utf8 == valid_utf8(content)
    assert found.quotes == content.count(b'"')
    assert b"".join(content[b.start : b.end] for b in found.blocks) == content
    for piece in found.blocks:
        assert piece.first_line == content[: piece.start].count(b"\n") + 1
        assert content[: piece.start].count(b'"') % 2 == 0


def valid_utf8(content: bytes) -> bool:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


@given(
    st.lists(
        st.lists(st.text(alphabet='ab"\n,张', max_size=5), min_size=2, max_size=3), min_size=1, max_size=6
    )
)
def test_records_start_on_the_lines_that_the_csv_module_says(rows: list[list[str]]) -> None:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n", quoting=csv.QUOTE_ALL).writerows(rows)
    reader, starts, before = csv.reader(io.StringIO(out.getvalue(), newline="")), [], 0
    for _ in reader:
        starts.append(before + 1)
        before = reader.line_num
    content = np.frombuffer(out.getvalue().encode(), np.uint8)
    assert kernels.record_lines(content, 1).tolist() == starts


@given(
    st.dates(date(1900, 1, 1), date(2199, 12, 31)),
    st.sampled_from(["%Y-%m-%d", "%Y%m%d", "%Y/%m/%d", "%Y年%m月%d日"]),
)
def test_every_date_reads_back(day: date, form: str) -> None:
    meaning = texts.as_date(day.strftime(form))
    assert meaning == texts.Meaning((day - date(1970, 1, 1)).days)


@given(st.integers(0, 9999), st.integers(0, 99), st.integers(0, 99))
def test_only_real_dates_are_dates(year: int, month: int, day: int) -> None:
    try:
        expected = (date(year, month, day) - date(1970, 1, 1)).days if year >= 1900 else None
    except ValueError:
        expected = None
    assert texts.as_date(f"{year:04}{month:02}{day:02}").value == expected


def trading_days(n: int) -> list[date]:
    days = (date(2025, 3, 3) + timedelta(days=i) for i in range(2 * n))
    return [d for d in days if d.weekday() < 5][:n]


ROWS = [
    [
        day,
        f"C{i % 3}",
        ("600000.SH", "000001.SZ")[i % 2],
        ("buy", "sell")[i % 2],
        100 + i // 4,
        10.5,
        (100 + i // 4) * 10.5,
        "买入",
    ]
    for i, day in enumerate(d for d in trading_days(6) for _ in range(4))
]
ROWS += [ROWS[0], ROWS[0], ROWS[5]]  # equal rows, which are numbered


def formats(folder: Path) -> dict[str, bytes]:
    text = as_csv(ROWS)
    workbook(folder / "rows.xlsx", ROWS, HEADER)
    columns = list(zip(*ROWS, strict=True))
    pq.write_table(pa.table([pa.array(c) for c in columns], names=HEADER), folder / "rows.parquet")
    return {
        "trade__csv": text.encode(),
        "trade_bom__csv": text.encode("utf-8-sig"),
        "trade_gb__csv": text.encode("gb18030"),
        "trade_crlf__csv": text.replace("\n", "\r\n").encode(),
        "trade_tab__txt": text.replace(",", "\t").encode("gb18030"),
        "trade__csv__gz": gzip.compress(text.encode(), mtime=0),
        "trade__xlsx": (folder / "rows.xlsx").read_bytes(),
        "trade__parquet": (folder / "rows.parquet").read_bytes(),
    }


def test_the_same_rows_are_stored_alike_from_every_format(tmp_path: Path) -> None:
    homes = {}
    for name, content in formats(tmp_path).items():
        report = taken(tmp_path / f"home_{name}", **{name: content})
        assert report.files[0].rejected is None, name
        homes[name] = stored(tmp_path / f"home_{name}")
    first = homes["trade__csv"]
    assert len(first) == len(ROWS)
    assert len({row["trade_id"] for row in first}) == len(ROWS)
    assert [name for name, rows in homes.items() if rows != first] == []


@pytest.mark.parametrize("seed", range(3))
def test_shuffled_overlapping_and_repeated_drops_end_in_the_same_table(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    whole = tmp_path / "whole"
    taken(whole, trade__csv=as_csv(ROWS).encode())
    shuffled = chance.sample(ROWS, len(ROWS))
    twice = tmp_path / "twice"
    taken(twice, trade__csv=as_csv(shuffled).encode())
    report = taken(twice, trade__csv=as_csv(shuffled).encode())
    assert report.already
    assert stored(twice) == stored(whole)
    keyed = [[f"T{i}", *row] for i, row in enumerate(ROWS)]
    everything = tmp_path / "everything"
    taken(everything, trade__csv=as_csv(keyed, KEYED).encode())
    at = chance.randrange(5, len(keyed) - 5)
    parts = [keyed[: at + 4], keyed[at - 4 :]]
    chance.shuffle(parts)
    pieces = tmp_path / "pieces"
    for number, part in enumerate(parts):
        taken(pieces, **{f"trade_{number}__csv": as_csv(chance.sample(part, len(part)), KEYED).encode()})
    assert stored(pieces) == stored(everything)


def test_undoing_the_last_drop_restores_the_state_before_it(tmp_path: Path) -> None:
    home = tmp_path / "home"
    keyed = [[f"T{i}", *row] for i, row in enumerate(ROWS)]
    taken(home, trade__csv=as_csv(keyed[:20], KEYED).encode())
    before = stored(home)
    changed = [[*row[:8], "改"] for row in keyed[10:]]
    report = taken(home, trade__csv=as_csv(changed, KEYED).encode())
    assert (report.tables["trade"].new, report.tables["trade"].changed) == (len(ROWS) - 20, 10)
    assert stored(home) != before
    undo(home, str(report.number))
    assert stored(home) == before
