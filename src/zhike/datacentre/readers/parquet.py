"""Parquet: every column as text cells, with page checksums verified where they were written.

Integers and decimals exactly; doubles by the rule of `figures`; floats with as many digits as tell them
apart; dates ISO; times and date-times with a fraction only where there is one; those with a zone as
Asia/Shanghai's clock; bytes must be UTF-8. Nested columns are refused. Lines are row numbers; there is no
header line.

Checks raised here: `truncated`, `damaged_parquet` (a checksum, a page, a length), `nested_column`,
`unsupported_column`, `bad_encoding`, `encrypted`, and those of `extracted`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from zhike.base.errors import InputRejected
from zhike.base.text import Said, say
from zhike.datacentre.readers.extracted import ROWS_PER_BATCH, CellBlock, Extracted, check_header, write_cells
from zhike.datacentre.readers.figures import double_texts

_MAGIC = b"PAR1"
_ZONE = "Asia/Shanghai"


def extract(path: Path, target_dir: Path, name: str) -> tuple[Extracted, ...]:
    """Read `path`, writing its cells to a file in `target_dir`; `name` is what the file is called."""
    _refuse_truncated(path)
    try:
        with pq.ParquetFile(path, page_checksum_verification=True, pre_buffer=False) as file:
            schema = file.schema_arrow
            header = tuple(schema.names)
            check_header(header)
            for field in schema:
                _refuse_type(field)
            rows = file.metadata.num_rows
            extracted = Extracted(name, target_dir / "parquet.arrow", header, rows, rows, 0, 0)
            numeric = {j for j, field in enumerate(schema) if _is_number(_plain_type(field.type))}
            write_cells(extracted, numeric, _blocks(file, numeric))
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, pa.ArrowIndexError, OSError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise  # the disk, not the file
        raise _rejected("damaged_parquet", "文件已损坏", f"it is damaged ({error})") from error
    return (extracted,)


def _refuse_truncated(path: Path) -> None:
    with path.open("rb") as stream:
        size = stream.seek(0, 2)
        stream.seek(max(0, size - 4))
        tail = stream.read(4)
    if tail == b"PARE":
        raise _rejected("encrypted", "文件已加密", "it is encrypted")
    if size < 12 or tail != _MAGIC:
        raise _rejected("truncated", "文件不完整", "it is cut off")


def _plain_type(type_: Any) -> Any:
    return type_.value_type if pa.types.is_dictionary(type_) else type_


def _is_number(type_: Any) -> bool:
    return bool(pa.types.is_integer(type_) or pa.types.is_floating(type_) or pa.types.is_decimal(type_))


def _refuse_type(field: Any) -> None:
    type_ = _plain_type(field.type)
    if pa.types.is_nested(type_):
        raise _rejected(
            "nested_column",
            f"{field.name} 列是嵌套类型 {type_}",
            f"column '{field.name}' is nested ({type_})",
            field.name,
        )
    tests = (
        pa.types.is_string, pa.types.is_large_string, pa.types.is_binary, pa.types.is_large_binary,
        pa.types.is_boolean, pa.types.is_date, pa.types.is_timestamp, pa.types.is_time, pa.types.is_null,
        _is_number,
    )  # fmt: skip
    if not any(test(type_) for test in tests):
        raise _rejected(
            "unsupported_column",
            f"{field.name} 列的类型 {type_} 不受支持",
            f"column '{field.name}' is of type {type_}",
            field.name,
        )


def _blocks(file: Any, numeric: set[int]) -> Iterator[CellBlock]:
    line = 1
    for batch in file.iter_batches(batch_size=ROWS_PER_BATCH, use_threads=False):
        n = batch.num_rows
        cells = [_texts(batch.column(j), batch.schema.field(j).name) for j in range(batch.num_columns)]
        flags = {j: pc.is_valid(batch.column(j)) for j in numeric}
        yield CellBlock(pa.array(range(line, line + n), pa.int64()), cells, flags)
        line += n


def _texts(column: Any, name: str) -> Any:
    if pa.types.is_dictionary(column.type):
        return pc.take(_texts(column.dictionary, name), column.indices)
    type_ = column.type
    if pa.types.is_float64(type_):
        return double_texts(column)
    if pa.types.is_floating(type_):
        return _short_floats(column)
    if pa.types.is_decimal(type_):
        return _decimals(column)
    if pa.types.is_timestamp(type_):
        return _without_zero_fraction(pc.cast(_local(column), pa.string()))
    if pa.types.is_time(type_):
        return _without_zero_fraction(pc.cast(column, pa.string()))
    if pa.types.is_date(type_):
        return pc.cast(pc.cast(column, pa.date32()), pa.string())
    return _utf8(column, name)


def _utf8(column: Any, name: str) -> Any:
    texts = pc.cast(column, pa.string(), safe=False)
    try:
        texts.validate(full=True)
    except pa.ArrowInvalid as error:
        raise _rejected(
            "bad_encoding", f"{name} 列不是 UTF-8 编码", f"column '{name}' isn't UTF-8", name
        ) from error
    return texts


def _short_floats(column: Any) -> Any:
    texts = pc.cast(column, pa.string())
    if pa.types.is_float16(column.type) or pc.any(pc.match_substring_regex(texts, "[a-z]")).as_py():
        return double_texts(pc.cast(texts, pa.float64()))  # through the shortest text: 0.1 stays 0.1
    return texts


def _decimals(column: Any) -> Any:
    texts = pc.cast(column, pa.string())
    if not pc.any(pc.match_substring(texts, "E")).as_py():
        return texts
    return pa.array([None if v is None else format(v, "f") for v in column.to_pylist()], pa.string())


def _local(column: Any) -> Any:
    zone = column.type.tz
    return (
        column if zone is None else pc.local_timestamp(pc.cast(column, pa.timestamp(column.type.unit, _ZONE)))
    )


def _without_zero_fraction(texts: Any) -> Any:
    return pc.if_else(
        pc.match_substring(texts, "."),
        pc.utf8_rtrim(pc.utf8_rtrim(texts, characters="0"), characters="."),
        texts,
    )


def _rejected(check: str, zh: str, en: str, column: str | None = None) -> InputRejected:
    next_: Said = say(
        "请重新传输，或改用简单类型的列导出。", "Transfer it again, or export it with columns of plain types."
    )
    return InputRejected(
        check,
        say(f"Parquet 文件被拒收：{zh}。", f"The Parquet file is rejected: {en}."),
        column=column,
        next_=next_,
    )
