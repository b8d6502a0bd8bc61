"""The random index RI(n): the mean CI of reciprocal matrices of n items with random judgements, by which CR is measured.

Tables differ by up to a tenth, so a CR means little without the name of its table. `simulated` is our own: every possible matrix
for 3 and 4 items, half a million draws a size above. The published ones stand in `random_index.json` as printed.
"""

from __future__ import annotations

import json
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files

from zhike.base.text import Said, say
from zhike.models.ahp.near import named

DEFAULT = "simulated"
FIT = "alonso_lamata_fit"
_DATA = json.loads(files(__package__).joinpath("random_index.json").read_text(encoding="utf-8"))
TABLES: Mapping[str, Mapping[int, float]] = {
    name: {int(n): float(value) for n, value in table["values"].items()} for name, table in _DATA.items()
}
STANDARD_ERRORS: Mapping[int, float] = {
    int(n): float(v) for n, v in _DATA[DEFAULT]["standard_errors"].items()
}
NAMES = (*TABLES, FIT)
ALIASES: Mapping[str, str] = {"dd": "donegan_dodd", "alonso": FIT}  # as other programs call them


@dataclass(frozen=True, slots=True)
class RandomIndex:
    """RI for one size, the name of its table, and a remark where there is none, or where it needs a word."""

    name: str
    value: float | None
    remark: Said | None = None


def random_index(n: int, name: str = DEFAULT) -> RandomIndex:
    """Return RI for n items. It is 0 up to two, who can't contradict each other, and None where the table ends.

    `alonso_lamata_fit` is the line λ̄ = 2.7699 n − 4.3513 of Alonso and Lamata (2006), RI = (λ̄ − n) / (n − 1); it fits sizes 3
    to 13. Raises UsageError for a name that is no table.
    """
    name = table_named(name)
    if n <= 2:
        return RandomIndex(name, 0.0)
    if name == FIT:
        return RandomIndex(name, (2.7699 * n - 4.3513 - n) / (n - 1))
    table = TABLES[name]
    if n > max(table):
        return RandomIndex(name, None, _ended(n, name))
    if n in table:
        return RandomIndex(name, table[n])
    sizes = list(table)
    low, high = sizes[bisect_left(sizes, n) - 1], sizes[bisect_left(sizes, n)]
    value = table[low] + (table[high] - table[low]) * (n - low) / (high - low)
    return RandomIndex(
        name,
        value,
        say(
            f"随机一致性指标表 {name} 没有 {n} 项，取 {low} 与 {high} 项之间的线性内插。",
            f"The random index {name} has no {n} items: linear between {low} and {high}.",
        ),
    )


def table_named(word: str) -> str:
    """Return a table's own name for any way of writing it. Raises UsageError for a name that is no table."""
    return named(word, NAMES, ALIASES, say("随机一致性指标表", "random index"))


def _ended(n: int, name: str) -> Said:
    further = [other for other in TABLES if max(TABLES[other]) >= n] + [FIT]
    return say(
        f"随机一致性指标表 {name} 只到 {max(TABLES[name])} 项，{n} 项没有 CR；可改用：{'、'.join(further)}。",
        f"The random index {name} ends at {max(TABLES[name])} items, so {n} have no CR; further go: {', '.join(further)}.",
    )
