"""What was judged in pairs: a reciprocal matrix in which entries may be missing."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from zhike.base.errors import UsageError
from zhike.base.text import Said, say
from zhike.models.ahp.priorities import FARTHEST

Floats = npt.NDArray[np.float64]
Value = float | int | str | None
SCALE_TOP = 9.0  # Saaty's scale goes from 1/9 to 9
_HALF_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}  # ３／４ is 3/4
_SHOWN = 40  # characters of a refused value
_SAME = 1e-9  # how far from 1 the product of two reciprocal floats may be: rounding of sums, not of print


@dataclass(frozen=True, slots=True, eq=False)
class Judgements:
    """Items, and what each pair of them was judged.

    `matrix[i, j]` (n × n) is how many times as important item i is as item j; NaN where that pair wasn't judged.
    The diagonal is 1, and what is judged is exactly reciprocal: of each pair the entry below 1 is 1 / the other.
    """

    items: tuple[str, ...]
    matrix: Floats

    @property
    def complete(self) -> bool:
        """Tell whether every pair was judged."""
        return not bool(np.isnan(self.matrix).any())

    @property
    def missing(self) -> tuple[tuple[int, int], ...]:
        """Return the pairs (i < j) that weren't judged."""
        rows, columns = np.nonzero(np.triu(np.isnan(self.matrix), 1))
        return tuple(zip(rows.tolist(), columns.tolist(), strict=True))

    @property
    def beyond_scale(self) -> tuple[tuple[int, int], ...]:
        """Return the pairs (i, j) judged above 9, the top of Saaty's scale: allowed, and worth a remark."""
        rows, columns = np.nonzero(self.matrix > SCALE_TOP * (1 + _SAME))
        return tuple(zip(rows.tolist(), columns.tolist(), strict=True))


def judgements(
    items: Iterable[str],
    matrix: Sequence[Sequence[Value]] | Floats,
    *,
    where: str = "",
    connected: bool = True,
) -> Judgements:
    """Check a matrix of pairwise judgements and make it exactly reciprocal.

    An entry is a positive number, a text such as "1/3", "1 / 3" or "0.33", or None, NaN or "" where it wasn't judged. One
    triangle is enough. Where both entries of a pair are given they must be reciprocal as far as their printed decimals
    go (0.33 beside 3, 0.14 beside 7): the entry of at least 1 is then the judgement. `where` is told in errors.
    With `connected=False` comparisons needn't reach all items: one expert's share of a group's.
    Raises UsageError: no items or names missing or twice; not square; a value that isn't a number from 1e-100 to 1e100;
    a diagonal other than 1; entries that contradict each other; groups of items that nothing compares.
    """
    names = _named(items, where)
    values = _values(names, matrix, where)
    for i, name in enumerate(names):
        if not (math.isnan(values[i, i]) or abs(values[i, i] - 1) <= _SAME):
            raise UsageError(
                say(
                    f"“{name}”与自身比较应为 1，却是 {values[i, i]:.12g}。",
                    f"'{name}' against itself must be 1, not {values[i, i]:.12g}.",
                ),
                where=where,
                next_=say("对角线写 1 或留空。", "Write 1 or null on the diagonal."),
            )
    np.fill_diagonal(values, 1.0)
    _refuse_contradictions(names, values, where)
    found = Judgements(names, reciprocal(values))
    if connected:
        require_connected(found, where)
    return found


def reciprocal(values: Floats) -> Floats:
    """Mirror what only one entry of a pair says; where both speak, let the one of at least 1 decide. NaN where none does."""
    judged = np.where(np.isnan(values), 1 / values.T, values)
    upper = np.triu(np.where(judged >= 1, judged, 1 / judged.T), 1)
    lower = np.tril(np.where(judged.T >= 1, 1 / judged.T, judged), -1)
    out: Floats = upper + lower + np.eye(len(values))
    return out


def components(matrix: Floats) -> list[list[int]]:
    """Return the groups of items that comparisons connect, each in order, the one with the first item first."""
    left, groups = set(range(len(matrix))), []
    judged = ~np.isnan(matrix)
    while left:
        group, edge = set[int](), {min(left)}
        while edge:
            group |= edge
            edge = set(np.nonzero(judged[sorted(edge)].any(axis=0))[0].tolist()) - group
        groups.append(sorted(group))
        left -= group
    return groups


def require_connected(given: Judgements, where: str = "") -> None:
    """Raise UsageError where comparisons don't connect all items, naming the groups that nothing compares."""
    groups = components(given.matrix)
    if len(groups) == 1:
        return
    shown = [[given.items[i] for i in group] for group in groups]
    raise UsageError(
        say(
            f"这些组之间没有任何比较：{'；'.join('、'.join(g) for g in shown)}。",
            f"Nothing compares these groups with each other: {'; '.join(', '.join(g) for g in shown)}.",
        ),
        where=where,
        next_=say("每两组之间至少补一对判断。", "Judge at least one pair between one group and the next."),
    )


def _named(items: Iterable[str], where: str) -> tuple[str, ...]:
    names = tuple(name.strip() if isinstance(name, str) else name for name in items)
    problem = _misnamed(names)
    if problem is not None:
        raise UsageError(
            problem, where=where, next_=say("给每一项一个自己的名称。", "Give each item a name of its own.")
        )
    return names


def _misnamed(names: tuple[str, ...]) -> Said | None:
    if not names:
        return say("没有要比较的项。", "There is nothing to compare.")
    if not all(isinstance(name, str) and name.strip() for name in names):
        return say("每一项都要有名称，且须是文字。", "Every item needs a name, which must be text.")
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        return say(f"名称重复：{'、'.join(twice)}。", f"Names that occur twice: {', '.join(twice)}.")
    return None


def _values(names: tuple[str, ...], matrix: Sequence[Sequence[Value]] | Floats, where: str) -> Floats:
    if isinstance(matrix, str) or not isinstance(matrix, Sequence | np.ndarray):
        raise _misshapen(say("判断须是一张方表。", "Judgements must be a square table."), where)
    n, rows = len(names), list(np.atleast_1d(matrix)) if isinstance(matrix, np.ndarray) else list(matrix)
    for i, row in enumerate(rows):
        if isinstance(row, str) or not isinstance(row, Sequence | np.ndarray) or len(row) != n:
            raise _misshapen(
                say(f"第 {i + 1} 行应有 {n} 个值。", f"Row {i + 1} must have {n} values."), where
            )
    if len(rows) != n:
        raise _misshapen(
            say(f"{n} 项却有 {len(rows)} 行判断。", f"{n} items, but {len(rows)} rows of judgements."), where
        )
    out = np.empty((n, n))
    for i, row in enumerate(rows):
        for j, value in enumerate(row):
            number = _number(value)
            if number is None:
                raise _refused(names[i], names[j], value, where)
            out[i, j] = number
    return out


def _misshapen(what: Said, where: str) -> UsageError:
    next_ = say(
        "每项一行、每行一列，未判断的写 null。",
        "A row an item, a column an item; write null where nothing was judged.",
    )
    return UsageError(what, where=where, next_=next_)


def _number(value: Value) -> float | None:
    """Return the number that an entry stands for, NaN where it stands for none, None where it can't be one."""
    if value is None or (isinstance(value, str) and not value.strip()):
        return math.nan
    if isinstance(value, bool | np.bool_) or not isinstance(value, int | float | np.number | str):
        return None
    try:
        number = float(_fraction(value)) if isinstance(value, str) else float(value)
    except (ValueError, ZeroDivisionError, OverflowError):
        return None
    return number if math.isnan(number) or 1 / FARTHEST <= number <= FARTHEST else None


def _fraction(text: str) -> Fraction:
    return Fraction(re.sub(r"\s*/\s*", "/", text.translate(_HALF_WIDTH).strip()))


def _refused(row: str, column: str, value: object, where: str) -> UsageError:
    shown = repr(value) if len(repr(value)) <= _SHOWN else repr(value)[:_SHOWN] + "…"
    return UsageError(
        say(
            f"“{row}”对“{column}”的判断 {shown} 不是 {1 / FARTHEST:g} 到 {FARTHEST:g} 之间的正数。",
            f"The judgement of '{row}' over '{column}', {shown}, is not a positive number ({1 / FARTHEST:g} to {FARTHEST:g}).",
        ),
        where=where,
        next_=say(
            "写 1/9 到 9 之间的数，未判断的留空。", "Write a number from 1/9 to 9, null where not judged."
        ),
    )


def _refuse_contradictions(names: tuple[str, ...], values: Floats, where: str) -> None:
    product = values * values.T
    for i, j in np.argwhere(np.triu(np.abs(product - 1) > _SAME, 1)).tolist():
        small, big = sorted((float(values[i, j]), float(values[j, i])))
        if not _rounded_reciprocal(small, big):
            raise UsageError(
                say(
                    f"“{names[i]}”对“{names[j]}”是 {values[i, j]:.12g}，反过来却是 {values[j, i]:.12g}：两者应互为倒数。",
                    f"'{names[i]}' over '{names[j]}' is {values[i, j]:.12g}, but '{names[j]}' over '{names[i]}' is "
                    f"{values[j, i]:.12g}: one must be 1 / the other.",
                ),
                where=where,
                next_=say("只写其中一个即可。", "Give only one of the two."),
            )


def _rounded_reciprocal(small: float, big: float) -> bool:
    """Tell whether two numbers can be what was printed, rounded or cut off, of a number and its reciprocal."""
    unit, around = _unit(small), _unit(big)
    if not small < 1 <= big or unit > 0.1:
        return False
    below = 1 / (big + around / 2) - small
    above = 1 / (big - around / 2 if around <= 0.1 else big) - small
    most = unit if unit < 0.1 else unit / 2  # one decimal is too coarse to have been cut off
    return above >= -unit / 2 * (1 + _SAME) and below <= most * (1 + _SAME)


def _unit(value: float) -> float:
    """Return the unit of the last decimal that a number is written with: 0.01 for 0.33, 1 for 3."""
    exponent = Decimal(repr(value)).normalize().as_tuple().exponent
    return 10.0 ** int(exponent)
