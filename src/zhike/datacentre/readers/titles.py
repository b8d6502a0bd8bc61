"""Where a sheet's header is: below the titles and the lines about the client, above the data.

The rule. Look at the first rows that hold anything (at most 64). The table is as wide as the fullest of them.
The header is the first row that
(a) fills at least 60 % of that width with different names: texts that are no numbers, dates or times;
(b) is matched by what follows: in at least half of the rows looked at below it, at least two thirds of the
    filled cells stand under one of its names; nothing below it is fine too (a header without data).
Rows above it are titles: no data, counted. Where no row is like that there is no header, and nobody guesses.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

WINDOW = 64
_SHARE = 0.6
_LONGEST_NAME = 100  # characters; what is longer is a remark
_FIGURE = re.compile(r"[-+]?[\d.,:/年月日时分秒\- ]*\d[\d.,:/年月日时分秒\- ]*%?")


def header_row(rows: Sequence[Sequence[tuple[str, bool]]]) -> int | None:
    """Return the index of the header among `rows`, or None.

    A row is its cells from the first column on, each (text, is it a number or date); "" is an empty cell.
    """
    width = max((_filled(row) for row in rows), default=0)
    for i, row in enumerate(rows):
        named = {j for j, (text, figure) in enumerate(row) if _is_name(text, figure)}
        distinct = {row[j][0].strip() for j in named}
        if len(distinct) >= max(1, _SHARE * width) and _matched(rows[i + 1 :], named):
            return i
    return None


def _filled(row: Sequence[tuple[str, bool]]) -> int:
    return sum(1 for text, _ in row if text.strip())


def _is_name(text: str, figure: bool) -> bool:
    text = text.strip()
    return 0 < len(text) <= _LONGEST_NAME and not figure and not _FIGURE.fullmatch(text)


def _matched(below: Sequence[Sequence[tuple[str, bool]]], named: set[int]) -> bool:
    matching = 0
    for row in below:
        filled = [j for j, (text, _) in enumerate(row) if text.strip()]
        matching += 3 * len(named.intersection(filled)) >= 2 * len(filled)
    return 2 * matching >= len(below)
