"""Ask about unknown columns that number the rows, where a table's key is still missing.

Without a key of their own, rows get one from their content (see the dictionary). That works, but a number that the file
gives tells a correction from a second row; so it isn't left out in silence.
"""

from __future__ import annotations

import re

from zhike.base.text import say
from zhike.datacentre.mapping.columns import Assignment
from zhike.datacentre.mapping.proposals import MODERATE, Proposal
from zhike.datacentre.tables import TABLES

_FEWEST_ROWS = 5  # in fewer anything looks unique
_NEARLY = 0.95
_CODE = re.compile(r"(?=.*\d)[A-Za-z0-9][A-Za-z0-9_./:#-]*")
_DECIMAL = re.compile(r"[+-]?[\d,]*\.\d+")
_MOMENT = re.compile(
    r"((19|20)\d\d[-/.]?\d\d?[-/.]?\d\d?T?)?"
    r"((0?[6-9]|1\d|2[0-3])(:[0-5]\d(:[0-5]\d([.:]\d+)?)?|[0-5]\d[0-5]\d(\d{2,3})?))?"
)
_NUMBER, _LONG = 6, 8  # digits: shorter ones, and shorter ones of different lengths, are amounts


def ask_for_key(work: Assignment) -> None:
    """Ask about every unknown column that could be the key which no column and no constant gives."""
    table = TABLES[work.profile.table]
    if not table.derived_key or table.key[0] in work.taken():
        return
    rows = [n for n, row in enumerate(work.sample.rows) if any(cell.strip() for cell in row)]
    if len(rows) < _FEWEST_ROWS:
        return
    why = say(
        "每行都有值且几乎不重复，可能是本表缺少的编号。",
        "Filled in every row and hardly ever the same: it may be the number that the table's rows lack.",
    )
    for n, name in enumerate(work.names):
        if n in work.settled or not name.key or work.aliases.known_somewhere(name.key):
            continue
        cells = work.sample.cells(n)
        if cells and _number_rows([cells[row] for row in rows]):
            others = tuple(p for p in work.proposed.get(n, ()) if p.column != table.key[0])
            work.ask(n, (Proposal(table.key[0], MODERATE, why), *others))


def _number_rows(cells: list[str]) -> bool:
    """Tell whether the cells are codes that number the rows: all filled, nearly all different, no amounts, no moments."""
    if len(set(cells)) < _NEARLY * len(cells) or not all(_CODE.fullmatch(c) for c in cells):
        return False
    if any(_DECIMAL.fullmatch(c) for c in cells) or all(_MOMENT.fullmatch(c) for c in cells):
        return False
    if not all(c.isdigit() for c in cells):
        return True
    lengths = {len(c) for c in cells}
    padded = len(lengths) == 1 and any(c[0] == "0" for c in cells)
    return padded or min(lengths) >= (_NUMBER if len(lengths) == 1 else _LONG)
