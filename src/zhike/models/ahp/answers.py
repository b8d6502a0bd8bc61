"""What one answer to a pairwise question says: a number of times, or nothing and why.

People write 3, 1/3, =1/3, .33, 0.333333333333333, 三倍 in words of the scale. A decimal below 1 that is 1/2 … 1/9 as far as its printed digits
go stands for that fraction (0.11, 0.111 and 0.1 for 1/9). What lies outside 1/9 … 9 after that (0.0102, 0, 98) is a typing error nobody
can mend by guessing: it says nothing, and the reason is told.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

from zhike.base.text import Said, say
from zhike.datacentre.texts import NOTHING, as_date
from zhike.models.ahp.verbal import verbal

TOP = 9
_SLACK = 1e-9  # of 15 printed digits, relative
_NUMBER = re.compile(r"=?\s*([-+]?)(\d+\.?\d*|\.\d+)(?:\s*/\s*(\d+\.?\d*|\.\d+))?", re.ASCII)
_LONGEST = 64  # characters of a number
_COARSE = Decimal("0.1")


@dataclass(frozen=True, slots=True)
class Answer:
    """How many times as important left is as right (None: not judged), and a remark where it isn't what was written.

    `why` with a value: it was read as another number (0.11 as 1/9); without one: it is refused. Neither: nothing was written.
    """

    value: float | None
    why: Said | None = None


@lru_cache(maxsize=4096)
def read_answer(text: str) -> Answer:
    """Read one cell."""
    bare = unicodedata.normalize("NFKC", text).strip().lstrip("'").replace("−", "-")
    if bare in NOTHING:
        return Answer(None)
    found = _NUMBER.fullmatch(bare) if len(bare) <= _LONGEST else None
    if found is None:
        return _worded(bare)
    sign, number, under = found[1], found[2], found[3]
    if under and not Fraction(under):
        return _refused(bare, say("除以零", "it divides by zero"))
    value = Fraction(number) / Fraction(under or 1)
    if sign == "-":
        return _refused(bare, say("是负数", "it is negative"))
    snapped = value if under else _snapped(Decimal(number))
    if not Fraction(1, TOP) * (1 - Fraction(_SLACK)) <= snapped <= TOP * (1 + Fraction(_SLACK)):
        return _refused(bare, say("不在 1/9 至 9 之间", "it lies outside 1/9 to 9"))
    if abs(value - snapped) <= _SLACK * snapped:
        return Answer(float(snapped))
    return Answer(float(snapped), say(f"“{bare}”读作 {snapped}。", f"'{bare}' is read as {snapped}."))


def _snapped(number: Decimal) -> Fraction:
    """Return the fraction 1/2 … 1/9 that a decimal stands for, rounded or (from two decimals on) cut off; else itself."""
    value = Fraction(number)
    if not 0 < value < 1:
        return value
    exponent = number.as_tuple().exponent
    unit = Fraction(Decimal(1).scaleb(int(exponent)))
    nearest = min((Fraction(1, k) for k in range(2, TOP + 1)), key=lambda f: abs(f - value))
    cut_off = unit < _COARSE and value <= nearest < value + unit
    return nearest if cut_off or abs(nearest - value) <= unit / 2 else value


def _worded(text: str) -> Answer:
    value = verbal(text)
    if value is not None:
        return Answer(value)
    if as_date(text.split(" ")[0].split("T")[0]).value is not None:
        return _refused(
            text, say("是日期，多半是表格软件改了“1/7”一类的写法", "it is a date: a spreadsheet made it of something like 1/7")
        )  # fmt: skip
    return _refused(text, say("不是数字，也不是标度用语", "it is neither a number nor a word of the scale"))


def _refused(text: str, why: Said) -> Answer:
    shown = text if len(text) <= 40 else text[:39] + "…"
    return Answer(None, say(f"“{shown}”未采用：{why.zh}。", f"'{shown}' isn't used: {why.en}."))
