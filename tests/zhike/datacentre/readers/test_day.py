"""Tongdaxin's daily files."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from zhike.base.errors import InputRejected
from zhike.datacentre.readers import day
from zhike.datacentre.readers.day import security_of
from zhike.datacentre.readers.extracted import Extracted
from zhike.datacentre.readers.foreign import extract_file
from zhike.datacentre.readers.formats import Format
from zhike.datacentre.readers.sandbox import Limits


def quote(date: int, *prices: int, amount: float = 0.0, volume: int = 0) -> bytes:
    return struct.pack("<5IfII", date, *prices, amount, volume, 0)


def read(tmp_path: Path, name: str, *quotes: bytes) -> tuple[Extracted, list[dict[str, Any]]]:
    path = tmp_path / "stored"
    path.write_bytes(b"".join(quotes))
    (extracted,) = day.extract(path, tmp_path, name)
    with pa.memory_map(str(extracted.path)) as source:
        return extracted, pa.ipc.open_file(source).read_all().to_pylist()


def test_a_shares_prices_are_hundredths(tmp_path: Path) -> None:
    """The record of 1997-01-02 that circulates as the format's example: 16.50, 16.70, 16.32, 16.50."""
    raw = bytes.fromhex(
        "36B8300172060000 86060000 60060000 72060000 7769D44C 68FE6600 74060000".replace(" ", "")
    )
    extracted, (row,) = read(tmp_path, "sz000001.day", raw)
    assert extracted.header == ("date", "security_id", "open", "high", "low", "close", "amount", "volume")
    cells = [row[f"c{j}"] for j in range(8)]
    assert cells == ["1997-01-02", "000001.SZ", "16.50", "16.70", "16.32", "16.50", "111365048", "6749800"]
    assert extracted.notes == ()


def test_a_funds_prices_are_thousandths(tmp_path: Path) -> None:
    _, (row,) = read(
        tmp_path, "SH510300.day", quote(20250331, 3905, 3920, 3899, 3901, amount=3.9e8, volume=10**8)
    )
    assert [row[f"c{j}"] for j in (1, 2, 3, 4, 5)] == ["510300.SH", "3.905", "3.920", "3.899", "3.901"]


def test_an_index_has_an_index_id(tmp_path: Path) -> None:
    extracted, (row,) = read(tmp_path, "sh000001.day", quote(20250331, 334_005, 335_000, 330_000, 333_575))
    assert extracted.header[1] == "index_id"
    assert (row["c1"], row["c5"]) == ("000001.SH", "3335.75")


@pytest.mark.parametrize(
    ("name", "about"),
    [
        ("sh600000.day", ("600000.SH", 2, False)),
        ("sh688981.day", ("688981.SH", 2, False)),
        ("sh900901.day", ("900901.SH", 3, False)),
        ("sh113052.day", ("113052.SH", 3, False)),
        ("sh204001.day", ("204001.SH", 3, False)),
        ("sh588000.day", ("588000.SH", 3, False)),
        ("sh880001.day", ("880001.SH", 2, True)),
        ("sz300750.day", ("300750.SZ", 2, False)),
        ("sz159915.day", ("159915.SZ", 3, False)),
        ("sz131810.day", ("131810.SZ", 3, False)),
        ("sz399001.day", ("399001.SZ", 2, True)),
        ("bj830799.day", ("830799.BJ", 2, False)),
        ("bj899050.day", ("899050.BJ", 2, True)),
        ("vipdoc/sz/lday/SZ000001.DAY", ("000001.SZ", 2, False)),
    ],
)
def test_the_name_tells_security_scale_and_index(name: str, about: tuple[str, int, bool]) -> None:
    assert security_of(name) == about


@pytest.mark.parametrize(
    ("name", "check"),
    [("600000.day", "day_name"), ("47#IF300.day", "day_name"), ("sh730001.day", "day_family")],
)
def test_a_name_that_tells_nothing_rejects_the_file(tmp_path: Path, name: str, check: str) -> None:
    with pytest.raises(InputRejected) as e:
        read(tmp_path, name, quote(20250331, 1, 1, 1, 1))
    assert e.value.check == check


def test_volume_that_counts_no_single_shares_is_noted_not_changed(tmp_path: Path) -> None:
    extracted, (row,) = read(
        tmp_path, "sh600000.day", quote(20250331, 1000, 1000, 1000, 1000, amount=1e6, volume=1000)
    )
    (note,) = extracted.notes
    assert note.check == "day_unit"
    assert "100 times" in note.said.en
    assert row["c7"] == "1000"


def test_every_record_is_a_row_with_its_number(tmp_path: Path) -> None:
    extracted, rows = read(tmp_path, "sh600000.day", *(quote(20250301 + i, i, i, i, i) for i in range(31)))
    assert (extracted.rows, extracted.lines, extracted.other, extracted.header_line) == (31, 31, 0, 0)
    assert [(r["line"], r["c5"]) for r in rows][:11:10] == [(1, "0.00"), (11, "0.10")]


def test_a_file_cut_off_or_of_another_kind_is_rejected(tmp_path: Path) -> None:
    for content, check in (
        (quote(20250331, 1, 1, 1, 1)[:-4], "truncated"),
        (b"not quotes at all" * 32, "renamed"),
    ):
        with pytest.raises(InputRejected) as e:
            read(tmp_path, "sh600000.day", content)
        assert e.value.check == check


def test_the_delivered_name_counts_not_the_path_under_which_it_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "0a1b2c"
    path.write_bytes(quote(20250331, 1, 1, 1, 1))
    (extracted,) = extract_file(path, Format.DAY, tmp_path / "out", Limits(), name="行情/sh600000.day")
    assert (extracted.name, extracted.rows) == ("行情/sh600000.day", 1)
