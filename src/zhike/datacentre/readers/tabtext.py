"""The `.xls` that is really tab-separated GBK text: its cells are `="000001"` so that Excel keeps zeros.

Only the rule of the cells is here; lines and encoding are read like any other delimited text. Raises no
checks.
"""

from __future__ import annotations

from typing import Any

import pyarrow.compute as pc

_WRAPPED = r'^\s*="((?:[^"]|"")*)"\s*$'


def unwrap(cells: Any) -> Any:
    """Take `="…"` off the cells of a pyarrow string array: `="000001"` → `000001`, `="a""b"` → `a"b`.

    Anything else, `=1+1` among it, stays as it is; nulls stay null.
    """
    wrapped = pc.match_substring_regex(cells, _WRAPPED)
    if not pc.any(wrapped).as_py():
        return cells
    inner = pc.replace_substring_regex(cells, pattern=_WRAPPED, replacement=r"\1")
    return pc.if_else(wrapped, pc.replace_substring(inner, pattern='""', replacement='"'), cells)
