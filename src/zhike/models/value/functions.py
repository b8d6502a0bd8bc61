"""Value functions as data: how a measure becomes a score between 0 and 1.

A function is a frozen value that stands in a model's file as a plain dictionary (`plain`, `from_plain`) and scores any number of
values at once. NaN, a measure that isn't known, stays NaN. `reversed` gives 1 − score: the less the better.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from itertools import pairwise
from numbers import Real
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from zhike.base.errors import UsageError
from zhike.base.text import Said, say

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Percentile:
    """The share of a group that a value is above, those equal to it counted half (mid-rank).

    Equal values share one score; the mean over the group itself is 0.5, and so is everybody's score where all are equal.
    `above`: who has no more than that scores 0 and isn't in the group, such as those without any commission.
    """

    kind: ClassVar[str] = "percentile"
    reversed: bool = False
    above: float | None = None

    def __post_init__(self) -> None:
        """Refuse parameters that mean nothing."""
        _require_flag(self)
        if self.above is not None:
            _require_numbers(self.kind, "above", (self.above,))

    def __call__(self, values: Floats, group: Floats | None = None) -> Floats:
        """Score `values` (n,) against `group` (m,), by default themselves; NaN in the group counts for nothing.

        score = (#below + #equal / 2) / #group. All NaN where the group is empty, but for who isn't `above`.
        """
        wanted = np.asarray(values, dtype=np.float64)
        return self.among(wanted, self.ordered(wanted if group is None else np.asarray(group, np.float64)))

    def ordered(self, group: Floats) -> Floats:
        """Return the values of a group that others are held against, in order."""
        return np.sort(group[~np.isnan(group) if self.above is None else group > self.above], axis=None)

    def among(self, values: Floats, ordered: Floats) -> Floats:
        """Score `values` (n,) against a group that `ordered` gave."""
        order = np.argsort(values, axis=None)  # looked up in order: a third of the time
        wanted, places = values.ravel()[order], np.empty(values.size)
        places[order] = np.searchsorted(ordered, wanted, "left") + np.searchsorted(ordered, wanted, "right")
        scores = places.reshape(values.shape) / (2 * len(ordered) or np.nan)
        if self.above is not None:
            scores = np.where(values <= self.above, 0.0, scores)
        return _finished(self, values, scores)


@dataclass(frozen=True, slots=True)
class PiecewiseLinear:
    """Straight lines between points (value, score), level before the first and after the last."""

    kind: ClassVar[str] = "piecewise_linear"
    points: tuple[tuple[float, float], ...]
    reversed: bool = False

    def __post_init__(self) -> None:
        """Refuse points that don't rise or scores outside 0…1."""
        _require_flag(self)
        if len(self.points) < 2 or any(len(point) != 2 for point in self.points):
            raise _refused(self.kind, "points", say("至少要有两个点", "it takes two points or more"))
        _require_rising(self.kind, "points", [x for x, _ in self.points])
        _require_scores(self.kind, "points", [y for _, y in self.points])

    def __call__(self, values: Floats, group: Floats | None = None) -> Floats:
        """Score `values` (n,); `group` plays no part."""
        wanted = np.asarray(values, dtype=np.float64)
        at, scores = np.array(self.points, dtype=np.float64).T
        return _finished(self, wanted, np.interp(wanted, at, scores))


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Steps: `scores[k]` for values from `cuts[k − 1]` on and below `cuts[k]`; one score more than there are cuts."""

    kind: ClassVar[str] = "thresholds"
    cuts: tuple[float, ...]
    scores: tuple[float, ...]
    reversed: bool = False

    def __post_init__(self) -> None:
        """Refuse cuts that don't rise, scores outside 0…1, or another number of scores than cuts + 1."""
        _require_flag(self)
        _require_rising(self.kind, "cuts", self.cuts)
        _require_scores(self.kind, "scores", self.scores)
        if len(self.scores) != len(self.cuts) + 1 or not self.cuts:
            what = say(
                f"{len(self.cuts)} 个分界点需要 {len(self.cuts) + 1} 个分数，却有 {len(self.scores)} 个",
                f"{len(self.cuts)} cuts need {len(self.cuts) + 1} scores, not {len(self.scores)}",
            )
            raise _refused(self.kind, "scores", what if self.cuts else _NO_CUTS)

    def __call__(self, values: Floats, group: Floats | None = None) -> Floats:
        """Score `values` (n,); `group` plays no part."""
        wanted = np.asarray(values, dtype=np.float64)
        step = np.searchsorted(np.array(self.cuts), wanted, "right")
        return _finished(self, wanted, np.array(self.scores, dtype=np.float64)[step])


@dataclass(frozen=True, slots=True)
class Log:
    """The place of a value between `low` (0) and `high` (1) on a logarithmic scale; below and above they stay 0 and 1."""

    kind: ClassVar[str] = "log"
    low: float
    high: float
    reversed: bool = False

    def __post_init__(self) -> None:
        """Refuse limits that aren't 0 < low < high."""
        _require_flag(self)
        _require_rising(self.kind, "low, high", (self.low, self.high))
        if not self.low > 0:
            raise _refused(self.kind, "low", say("须大于 0", "it must be above 0"))

    def __call__(self, values: Floats, group: Floats | None = None) -> Floats:
        """Score `values` (n,) as ln(value / low) / ln(high / low); `group` plays no part."""
        wanted = np.asarray(values, dtype=np.float64)
        within = np.clip(wanted, self.low, self.high)
        return _finished(self, wanted, np.log(within / self.low) / math.log(self.high / self.low))


ValueFunction = Percentile | PiecewiseLinear | Thresholds | Log
KINDS: Mapping[str, type[ValueFunction]] = {
    each.kind: each for each in (Percentile, PiecewiseLinear, Thresholds, Log)
}
_MOST = 1e18  # beyond it nothing is an amount of money or a number of days; NaN isn't below it either
_NO_CUTS = say("至少要有一个分界点", "it takes one cut or more")


def plain(function: ValueFunction) -> dict[str, Any]:
    """Return a value function as TOML and JSON can say it."""
    parameters = {f.name: _listed(getattr(function, f.name)) for f in fields(function)}
    return {"kind": function.kind, **{n: v for n, v in parameters.items() if v is not None}}


def from_plain(given: Mapping[str, Any], *, where: str = "") -> ValueFunction:
    """Build a value function from a dictionary such as `plain` returns; `where` names its place in errors.

    Raises UsageError for an unknown kind, a parameter that is missing, unknown or of the wrong type, and for what the
    functions themselves refuse.
    """
    if not isinstance(given, Mapping):
        raise _refused(where, "kind", say("须是带 kind 的表", "it is a table with a `kind`"))
    kind = KINDS.get(str(given.get("kind")))
    if kind is None:
        raise _refused(
            where, "kind", say(f"“{given.get('kind')}”不是取值函数", f"'{given.get('kind')}' is no value function"),
            next_=say(f"可选：{'、'.join(KINDS)}。", f"There are: {', '.join(KINDS)}."),
        )  # fmt: skip
    needed = {f.name for f in fields(kind)}
    unknown = sorted(map(str, set(given) - needed - {"kind"}))
    missing = sorted(needed - set(given) - {"reversed", "above"})
    if unknown or missing:
        names = ", ".join(unknown or missing)
        what = (
            say("没有这个参数", "there is no such parameter") if unknown else say("缺少参数", "it is missing")
        )
        raise _refused(f"{where} {kind.kind}".strip(), names, what)
    parameters: dict[str, Any] = {name: _tupled(value) for name, value in given.items() if name != "kind"}
    try:
        function: ValueFunction = kind(**parameters)
    except TypeError:
        what = say("不是数字或数字列表", "these aren't numbers or lists of numbers")
        raise _refused(
            f"{where} {kind.kind}".strip(), ", ".join(sorted(needed - {"reversed"})), what
        ) from None
    except UsageError as error:
        raise UsageError(error.what, where=f"{where} {error.where}".strip(), next_=error.next) from None
    return function


def _finished(function: ValueFunction, values: Floats, scores: Floats) -> Floats:
    """Turn the scores round where less is better, and keep what isn't known unknown."""
    return np.where(np.isnan(values), np.nan, 1 - scores if function.reversed else scores)


def _listed(value: object) -> object:
    return [_listed(each) for each in value] if isinstance(value, tuple) else value


def _tupled(value: object) -> object:
    return tuple(_tupled(each) for each in value) if isinstance(value, list | tuple) else value


def _require_flag(function: ValueFunction) -> None:
    if not isinstance(function.reversed, bool):
        raise _refused(function.kind, "reversed", say("只能是 true 或 false", "it is either true or false"))


def _require_numbers(kind: str, name: str, values: tuple[float, ...] | list[float]) -> None:
    if not all(isinstance(v, Real) and not isinstance(v, bool) and abs(v) <= _MOST for v in values):
        raise _refused(kind, name, say("须为有限的数", "these must be finite numbers"))


def _require_rising(kind: str, name: str, values: tuple[float, ...] | list[float]) -> None:
    _require_numbers(kind, name, values)
    if any(not a < b for a, b in pairwise(values)):
        raise _refused(kind, name, say("须由小到大，且各不相同", "these must rise, no two the same"))


def _require_scores(kind: str, name: str, values: tuple[float, ...] | list[float]) -> None:
    _require_numbers(kind, name, values)
    if any(not 0 <= v <= 1 for v in values):
        raise _refused(kind, name, say("分数须在 0 与 1 之间", "scores must be between 0 and 1"))


def _refused(where: str, name: str, what: Said, next_: Said | None = None) -> UsageError:
    return UsageError(
        say(f"取值函数的 {name}：{what.zh}。", f"In a value function, {name}: {what.en}."),
        where=where,
        next_=next_ or say("请改正模型文件中的这一处。", "Mend this place in the model's file."),
    )
