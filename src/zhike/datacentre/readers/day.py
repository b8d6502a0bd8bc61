"""Tongdaxin `.day`: one security's daily quotes, 32 bytes a day, named `sh600000.day`.

A record is little-endian: date (yyyymmdd), open, high, low, close (whole numbers), amount (float, CNY: 7
digits are sure), volume, and four bytes nobody needs. Prices are hundredths, for funds, bonds, repos and
Shanghai's B shares thousandths: which is told by the code's family, after the table `SECURITY_COEFFICIENT` of
pytdx (rainx/pytdx, reader/daily_bar_reader.py), with the families that came later (STAR 688/689, ETF 56/58,
REIT 18, Beijing 43/83/87/88/92). A code of no known family is refused: its scale would be a guess. Volume is
written as stored; where amount ÷ (volume × close) tells that it isn't counted in single shares (or that
prices are off), a note says so. Line numbers are record numbers; there is no header line.

Checks raised here: `truncated`, `day_name` (no `sh`, `sz` or `bj` and six digits), `day_family` (unknown
code), `renamed`.
Note: `day_unit`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from zhike.base.errors import InputRejected
from zhike.base.text import say
from zhike.datacentre.readers.extracted import ROWS_PER_BATCH, CellBlock, Extracted, Note, write_cells
from zhike.datacentre.readers.figures import double_texts

_RECORD = np.dtype([
    ("date", "<u4"), ("open", "<u4"), ("high", "<u4"), ("low", "<u4"), ("close", "<u4"),
    ("amount", "<f4"), ("volume", "<u4"), ("reserved", "<u4"),
])  # fmt: skip
_NAME = re.compile(r"(sh|sz|bj)(\d{6})(?:\.\w+)*", re.IGNORECASE | re.ASCII)
# market → what the code begins with → (decimals of a price, is it an index); the longest beginning counts
_FAMILIES: dict[str, dict[str, tuple[int, bool]]] = {
    "sh": {
        **dict.fromkeys(("60", "68"), (2, False)),
        "90": (3, False),
        **dict.fromkeys(("00", "88", "99", "93"), (2, True)),
        **dict.fromkeys(("50", "51", "52", "53", "55", "56", "58"), (3, False)),
        **dict.fromkeys(
            ("01", "02", "10", "11", "12", "13", "14", "15", "16", "17", "18", "19", "20"), (3, False)
        ),
    },
    "sz": {
        **dict.fromkeys(("00", "30", "20"), (2, False)),
        **dict.fromkeys(("395", "399", "980"), (2, True)),
        **dict.fromkeys(("15", "16", "18"), (3, False)),
        **dict.fromkeys(("10", "11", "12", "13", "14", "19"), (3, False)),
    },
    "bj": {**dict.fromkeys(("43", "83", "87", "88", "92"), (2, False)), "899": (2, True)},
}


def security_of(name: str) -> tuple[str, int, bool]:
    """Return what a `.day` file is about by its name: (security_id, decimals of a price, is it an index).

    `sh600000.day` is about `600000.SH`. Raises `InputRejected` (`day_name`, `day_family`).
    """
    found = _NAME.fullmatch(name.replace("\\", "/").rpartition("/")[2])
    if found is None:
        raise _rejected(
            "day_name",
            "文件名应为 sh、sz 或 bj 加六位代码",
            "its name should be sh, sz or bj and a code of six digits",
        )
    market, code = found[1].lower(), found[2]
    for length in (3, 2):
        if code[:length] in _FAMILIES[market]:
            decimals, index = _FAMILIES[market][code[:length]]
            return f"{code}.{market.upper()}", decimals, index
    raise _rejected(
        "day_family",
        f"不知道代码 {market}{code} 的价格单位",
        f"the price unit of the code {market}{code} isn't known",
    )


def extract(path: Path, target_dir: Path, name: str) -> tuple[Extracted, ...]:
    """Read `path`, writing its cells to a file in `target_dir`; `name` tells the security."""
    security, decimals, index = security_of(name)
    if path.stat().st_size % _RECORD.itemsize:
        raise _rejected(
            "truncated",
            "大小不是 32 字节的整数倍，文件不完整",
            "its size isn't a multiple of 32 bytes; it is cut off",
        )
    records = np.fromfile(path, _RECORD)
    _refuse_other_formats(records)
    header = (
        "date",
        "index_id" if index else "security_id",
        "open",
        "high",
        "low",
        "close",
        "amount",
        "volume",
    )
    notes = () if index else _unit_note(records, decimals)
    days = len(records)
    extracted = Extracted(name, target_dir / "day.arrow", header, days, days, 0, 0, notes)
    return (write_cells(extracted, (), _blocks(records, security, decimals)),)


def _refuse_other_formats(records: npt.NDArray[Any]) -> None:
    """Refuse what has the name but not the dates: another market's layout, or no quotes at all."""
    years = records["date"] // 10_000
    if ((years < 1980) | (years >= 2200)).any():
        raise _rejected("renamed", "日期字段不是日期", "its dates are no dates")


def _unit_note(records: npt.NDArray[Any], decimals: int) -> tuple[Note, ...]:
    traded = records[(records["volume"] > 0) & (records["close"] > 0) & (records["amount"] > 0)]
    if len(traded) == 0:
        return ()
    close = traded["close"].astype(np.float64) / 10**decimals
    ratio = float(np.median(traded["amount"] / (traded["volume"] * close)))
    if 0.5 <= ratio <= 2:
        return ()
    said = say(
        f"成交额约为 成交量×收盘价 的 {ratio:.4g} 倍：成交量可能不是以股（份）为单位，数值按原样读取。",
        f"Amount is about {ratio:.4g} times volume × close: volume may not count shares; read as stored.",
    )
    return (Note("day_unit", said, None, "volume"),)


def _blocks(records: npt.NDArray[Any], security: str, decimals: int) -> Iterator[CellBlock]:
    for first in range(0, len(records), ROWS_PER_BATCH):
        part = records[first : first + ROWS_PER_BATCH]
        lines = pa.array(np.arange(first + 1, first + 1 + len(part), dtype=np.int64))
        prices = [_price(part[column], decimals) for column in ("open", "high", "low", "close")]
        amount = double_texts(pa.array(part["amount"].astype(np.float64)))
        volume = pc.cast(pa.array(np.ascontiguousarray(part["volume"])), pa.string())
        ids = pa.array([security] * len(part), pa.string())
        yield CellBlock(lines, [_date(part["date"]), ids, *prices, amount, volume])


def _price(stored: npt.NDArray[np.uint32], decimals: int) -> Any:
    """Write whole hundredths or thousandths as a decimal, exactly."""
    part = pc.utf8_lpad(pc.cast(pa.array(stored % 10**decimals), pa.string()), decimals, "0")
    return pc.binary_join_element_wise(pc.cast(pa.array(stored // 10**decimals), pa.string()), part, ".")


def _date(stored: npt.NDArray[np.uint32]) -> Any:
    digits = pc.cast(pa.array(np.ascontiguousarray(stored)), pa.string())
    return pc.replace_substring_regex(digits, pattern=r"^(\d{4})(\d\d)(\d\d)$", replacement=r"\1-\2-\3")


def _rejected(check: str, zh: str, en: str) -> InputRejected:
    next_ = say(
        "请从通达信 vipdoc 目录原样复制文件。", "Copy the file as it is from Tongdaxin's folder vipdoc."
    )
    return InputRejected(
        check, say(f".day 文件被拒收：{zh}。", f"The .day file is rejected: {en}."), next_=next_
    )
