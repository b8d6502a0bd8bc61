"""What a value may be beyond its type: numbers within their column's bounds, security codes with their exchange."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from zhike.base import exchange
from zhike.datacentre import texts
from zhike.datacentre.columns import Typed
from zhike.datacentre.stored import SCALES
from zhike.datacentre.tables.definition import Column


def beyond(column: Column, typed: Typed) -> npt.NDArray[np.bool_]:
    """Mark the numbers that lie outside the bounds of their column."""
    out = np.zeros(len(typed.absent), np.bool_)
    if typed.numbers is None or column.type not in SCALES:
        return out
    unit = 10 ** SCALES[column.type]
    if column.low is not None:
        out |= typed.numbers < round(column.low * unit)
    if column.high is not None:
        out |= typed.numbers > round(column.high * unit)
    return np.asarray(out & ~typed.absent)


@dataclass(frozen=True, slots=True)
class Codes:
    """How security codes are read: with suffixes by code family or as they are; padded to a declared width or not."""

    suffix: bool = True
    width: int = 0


@dataclass(frozen=True, slots=True)
class SecurityCode:
    """How a file's security codes are read; `numeric`: its cells were stored as numbers."""

    codes: Codes
    numeric: bool

    def __call__(self, meaning: texts.Meaning) -> texts.Meaning:
        """Read one code."""
        return security_code(meaning, self.codes, self.numeric)


def security_code(meaning: texts.Meaning, codes: Codes, numeric: bool) -> texts.Meaning:
    """Give a bare security code its exchange; refuse one whose leading zeros are lost (a declared width restores them)."""
    code = meaning.value
    if not isinstance(code, str) or meaning.fails:
        return meaning
    if (
        not codes.width
        and code.isdigit()
        and (len(code) < 5 or (len(code) == 5 and (numeric or code[0] != "0")))
    ):
        return texts.Meaning(fails="leading_zeros_lost")
    return replace(meaning, value=(exchange.security_id(code) or code) if codes.suffix else code)
