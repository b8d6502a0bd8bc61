"""How bad a data problem is. Problems with data are values (findings), never exceptions."""

from __future__ import annotations

from enum import StrEnum


class Severity(StrEnum):
    """How bad a finding is: `info` is only told, `warning` keeps the row, `error` keeps it out."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"
