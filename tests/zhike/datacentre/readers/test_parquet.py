"""Parquet: what its types become, and damage that must not go unseen."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from zhike.base.errors import InputRejected
from zhike.datacentre.readers import parquet
from zhike.datacentre.readers.extracted import Extracted
from zhike.datacentre.readers.foreign import extract_file
from zhike.datacentre.readers.formats import Format
from zhike.datacentre.readers.sandbox import Limits


def read(tmp_path: Path, table: Any, **options: Any) -> tuple[Extracted, list[dict[str, Any]]]:
    path = tmp_path / "a.parquet"
    pq.write_table(table, path, **options)
    (extracted,) = parquet.extract(path, tmp_path, "a.parquet")
    with pa.memory_map(str(extracted.path)) as source:
        return extracted, pa.ipc.open_file(source).read_all().to_pylist()


def check_of(path: Path, tmp_path: Path) -> str:
    with pytest.raises(InputRejected) as e:
        parquet.extract(path, tmp_path, path.name)
    assert e.value.what.zh
    return e.value.check


@pytest.mark.parametrize(
    ("values", "type_", "texts", "number"),
    [
        (["000001", None, ""], pa.string(), ["000001", None, ""], False),
        ([b"\xe4\xb8\xad", None], pa.binary(), ["中", None], False),
        ([1, -1, 2**62], pa.int64(), ["1", "-1", "4611686018427387904"], True),
        ([0.1 + 0.2, 1.10101e17, 1e-7, 600000.0], pa.float64(),
         ["0.3", "1.10101E+17", "0.0000001", "600000"], True),
        ([0.1, 16777216.0, 1e10], pa.float32(), ["0.1", "16777216", "10000000000"], True),
        ([Decimal("0E-8"), Decimal("1.5")], pa.decimal128(18, 8), ["0.00000000", "1.50000000"], True),
        ([date(2025, 3, 31), None], pa.date32(), ["2025-03-31", None], False),
        ([datetime(2025, 3, 31, 9, 30), datetime(2025, 3, 31, 9, 30, 0, 500_000)], pa.timestamp("us"),
         ["2025-03-31 09:30:00", "2025-03-31 09:30:00.5"], False),
        ([datetime(2025, 3, 31, 1, 30, tzinfo=UTC)], pa.timestamp("ms", "UTC"),
         ["2025-03-31 09:30:00"], False),
        ([time(9, 30), time(14, 59, 59)], pa.time32("ms"), ["09:30:00", "14:59:59"], False),
        ([True, False, None], pa.bool_(), ["true", "false", None], False),
        ([None, None], pa.null(), [None, None], False),
        ([float("nan"), float("-inf")], pa.float64(), ["NaN", "-Infinity"], True),
    ],
)  # fmt: skip
def test_each_type_becomes_text(
    tmp_path: Path, values: list[Any], type_: Any, texts: list[str], number: bool
) -> None:
    _, rows = read(tmp_path, pa.table({"a": pa.array(values, type_)}))
    assert [r["c0"] for r in rows] == texts
    assert [r.get("n0") for r in rows] == [(v is not None) if number else None for v in values]


def test_a_dictionary_column_reads_as_its_values(tmp_path: Path) -> None:
    _, rows = read(tmp_path, pa.table({"a": pa.array(["买", "卖", None, "买"]).dictionary_encode()}))
    assert [r["c0"] for r in rows] == ["买", "卖", None, "买"]


def test_rows_are_numbered_across_row_groups(tmp_path: Path) -> None:
    extracted, rows = read(tmp_path, pa.table({"a": range(1000)}), row_group_size=300)
    assert [(r["line"], r["c0"]) for r in rows] == [(i + 1, str(i)) for i in range(1000)]
    assert (extracted.rows, extracted.lines, extracted.other, extracted.header_line) == (1000, 1000, 0, 0)


@pytest.mark.parametrize(
    ("values", "type_", "check"),
    [
        ([[1]], pa.list_(pa.int64()), "nested_column"),
        ([{"x": 1}], pa.struct([("x", pa.int64())]), "nested_column"),
        ([b"ab"], pa.binary(2), "unsupported_column"),
        ([b"\xff\xfe"], pa.binary(), "bad_encoding"),
        (["a\0b"], pa.string(), "nul_byte"),
        (["x" * 32_768], pa.string(), "cell_too_long"),
    ],
)
def test_a_column_that_is_no_plain_table_rejects_the_file(
    tmp_path: Path, values: list[Any], type_: Any, check: str
) -> None:
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"a": pa.array(values, type_)}), path)
    assert check_of(path, tmp_path) == check


def test_a_repeated_column_name_rejects_the_file(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    pq.write_table(pa.Table.from_arrays([pa.array([1]), pa.array([2])], ["a", "a"]), path)
    assert check_of(path, tmp_path) == "duplicate_header"


def test_a_flipped_bit_in_any_data_page_is_found(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    pq.write_table(
        pa.table({"a": range(5000)}), path, compression="none", use_dictionary=False, write_page_checksum=True
    )
    raw = path.read_bytes()
    for at in range(100, 40_000, 1999):
        path.write_bytes(raw[:at] + bytes([raw[at] ^ 4]) + raw[at + 1 :])
        assert check_of(path, tmp_path) == "damaged_parquet"


@pytest.mark.parametrize("keep", [0.1, 0.5, 0.99])
def test_a_truncated_file_is_rejected(tmp_path: Path, keep: float) -> None:
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"a": range(5000)}), path)
    raw = path.read_bytes()
    path.write_bytes(raw[: int(len(raw) * keep)])
    assert check_of(path, tmp_path) == "truncated"


def test_a_damaged_footer_is_a_rejection_not_a_crash(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"a": range(50)}), path)
    raw = path.read_bytes()
    path.write_bytes(raw[:-60] + b"\xff" * 52 + raw[-8:])
    with pytest.raises(InputRejected) as e:
        extract_file(path, Format.PARQUET, tmp_path / "out", Limits(cpu_seconds=20))
    assert e.value.check in ("damaged_parquet", "parser_crashed", "parser_memory")


def test_it_goes_through_the_child_process(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"日期": ["20250331"], "价": [1.5]}), path)
    (extracted,) = extract_file(path, Format.PARQUET, tmp_path / "out", Limits())
    assert extracted.header == ("日期", "价")
