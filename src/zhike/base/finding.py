"""A finding: one data problem, with the place and the reason. Findings are values, never exceptions."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from zhike.base.text import Said


class Severity(StrEnum):
    """How bad a finding is: `info` is only told, `warning` keeps the row, `error` keeps it out."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Finding:
    """One data problem in one delivered file.

    `line` is the line (or sheet row) as a person counts it, 1-based; None where the whole file is meant.
    `column` is the name the file uses. `value` is what stood there, masked where the column identifies a person.
    `count` says how many rows the same sentence holds for (1 unless rows were summed up).
    """

    check: str
    source: str
    reason: Said
    severity: Severity
    table: str | None = None
    line: int | None = None
    column: str | None = None
    value: str | None = None
    count: int = 1
