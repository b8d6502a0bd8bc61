"""How a number that a file stores as a number becomes text, the same for every format.

Integers as digits; other numbers with at most 15 significant digits (what a double is sure of, and what Excel
shows), never in exponent form, except at or above 1e15: there the digits behind the 15th are gone, and the E
says so (1.10101E+17), so that nobody takes such a cell for an account number.
"""

from __future__ import annotations

import re
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

IMPRECISE = 1e15
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)


def number_text(value: float) -> str:
    """Return the text of a double by the rule above; `NaN`, `Infinity` and `-Infinity` as these words."""
    if value != value or value in (float("inf"), float("-inf")):
        return "NaN" if value != value else "Infinity" if value > 0 else "-Infinity"
    if abs(value) >= IMPRECISE:
        mantissa, exponent = f"{value:.14E}".split("E")
        mantissa = mantissa.rstrip("0").rstrip(".")
        return f"{mantissa}E{exponent}"
    text = f"{value:.15g}"
    if "e" in text:  # below 0.0001; 15 significant digits written out
        digits, exponent = text.split("e")
        text = f"{value:.{len(digits.lstrip('-').replace('.', '')) - 1 - int(exponent)}f}"
    return "0" if text == "-0" else text


def stored_number(raw: str) -> str | None:
    """Return the text of a number as a file wrote it (`1.50` → `1.5`), or None if it is none."""
    if len(raw) <= 15 and raw.isdecimal() and raw.isascii():
        return raw.lstrip("0") or "0"
    raw = raw.strip()
    return number_text(float(raw)) if _NUMBER.fullmatch(raw) else None


def double_texts(values: Any) -> Any:
    """Return the texts of a pyarrow array of doubles (nulls stay null), by the same rule as `number_text`."""
    texts = pc.cast(values, pa.string())
    plain = pc.match_substring_regex(texts, r"^(-?[1-9]|0$|-?0\.)[0-9.]*$")
    sure = pc.and_(plain, pc.less_equal(pc.binary_length(texts), 15))
    if pc.all(pc.fill_null(sure, True)).as_py():
        return texts
    slow = pc.invert(pc.fill_null(sure, True))
    repaired = pa.array([number_text(v) for v in values.filter(slow).to_pylist()], pa.string())
    return pc.replace_with_mask(texts, slow, repaired)
