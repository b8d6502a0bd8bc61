"""A model of value: a hierarchy that experts judged in pairs, and what each of its ends is measured by.

It is a TOML document, so that a branch can read, change and keep it: `criteria`, `matrix`, `children` as in
`zhike.models.ahp.reading`; beside these `version`, `kinds`, `labels`, `bind` (criterion → measures and value function),
`logic` (other judgements for clients of a profit logic), `grades`, `current`, `potential`, `high`.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from hashlib import sha256
from typing import Any

from zhike.base.errors import UsageError
from zhike.base.text import Said, say
from zhike.models.ahp import evaluate
from zhike.models.ahp.consistency import ConsistencySettings
from zhike.models.ahp.evaluation import Evaluation
from zhike.models.ahp.reading import document
from zhike.models.value.defaults import HIERARCHY
from zhike.models.value.functions import Percentile, ValueFunction, from_plain
from zhike.models.value.grades import Grades

KINDS = ("individual", "institution", "product")
LOGICS = ("value", "trend", "sentiment", "mixed", "insufficient")
_KEYS = (
    "version", "kinds", "labels", "bind", "logic", "grades", "current", "potential", "high", *HIERARCHY,
)  # fmt: skip
_VERSION = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")


@dataclass(frozen=True, slots=True)
class Weights:
    """A node's criteria and their weights, which sum to 1; `below`: for those that are split, their own."""

    items: tuple[str, ...]
    weights: tuple[float, ...]
    below: tuple[Weights | None, ...]
    consistency_ratio: float | None

    @property
    def names(self) -> tuple[str, ...]:
        """Return every criterion, those that are split before what they are split into."""
        below = tuple(name for b in self.below if b is not None for name in b.names)
        return (*self.items, *below)

    @property
    def leaves(self) -> tuple[str, ...]:
        """Return the ends of the hierarchy, from the left."""
        parts = ((item,) if b is None else b.leaves for item, b in zip(self.items, self.below, strict=True))
        return tuple(leaf for part in parts for leaf in part)

    def node(self, name: str) -> Weights | None:
        """Return what a criterion is split into, however deep it lies; None where it isn't split or isn't there."""
        for item, below in zip(self.items, self.below, strict=True):
            found = None if below is None else below if item == name else below.node(name)
            if found is not None:
                return found
        return None

    def ratios(self, name: str) -> Iterator[tuple[str, float | None]]:
        """Return the consistency ratio of each node, this one's under `name`."""
        yield name, self.consistency_ratio
        for item, below in zip(self.items, self.below, strict=True):
            if below is not None:
                yield from below.ratios(item)


@dataclass(frozen=True, slots=True)
class Binding:
    """What a criterion is measured by: the sum of these measures, as far as they are known, through a value function."""

    measures: tuple[str, ...]
    function: ValueFunction


@dataclass(frozen=True, slots=True)
class ValueModel:
    """A version of a model of value; what follows from its document and nothing else.

    `weights` hold for clients whose logic has no variant. `bindings` are in the order of `leaves`. `current`, `potential`: the
    criteria whose scores make the quadrant, each high from `high` of 100 points on.
    """

    version: str
    kinds: tuple[str, ...]
    goal: str
    labels: tuple[tuple[str, Said], ...]
    weights: Weights
    variants: tuple[tuple[str, Weights], ...]
    bindings: tuple[Binding, ...]
    grades: Grades
    current: str
    potential: str
    high: tuple[float, float]
    document: str

    @property
    def leaves(self) -> tuple[str, ...]:
        """Return the criteria that are measured."""
        return self.weights.leaves

    @property
    def sha256(self) -> str:
        """Return the hash of the document: a version that was published never has another."""
        return sha256(self.document.encode()).hexdigest()

    def label(self, name: str) -> Said:
        """Return what a criterion is called."""
        return dict(self.labels).get(name, say(name, name))

    @property
    def measures(self) -> tuple[str, ...]:
        """Return every measure that the model looks at, in order."""
        return tuple(sorted({m for b in self.bindings for m in b.measures}))

    @property
    def compared(self) -> tuple[int, ...]:
        """Return the places of the criteria that hold a client against all others of a kind."""
        return tuple(k for k, b in enumerate(self.bindings) if isinstance(b.function, Percentile))


def model_of(text: str, source: str, measures: Sequence[str]) -> ValueModel:
    """Read a model's document; `measures`: those there are; `source` is told in errors.

    Raises UsageError where it isn't TOML, lacks something, binds what isn't a measure, leaves a criterion unbound, or
    contradicts itself beyond what AHP allows to be published (CR of 0.10).
    """
    text = text.replace("\r\n", "\n")  # the same words are the same version
    try:
        given = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(
            say(f"不是有效的 TOML：{error}", f"This isn't valid TOML: {error}"), where=source
        ) from None
    _section(given, _KEYS, source)
    for name in ("version", "kinds", "criteria", "bind", "grades", "current", "potential"):
        if name not in given:
            raise _lacking(name, source)
    hierarchy = {name: given[name] for name in HIERARCHY if name in given}
    weights = _weights(evaluate(document(hierarchy, source).model))
    _require_distinct(weights.names, "criteria", source)
    variants = tuple(
        (logic, _variant(hierarchy, changed, f"{source} › logic › {logic}"))
        for logic, changed in sorted(_section(given.get("logic", {}), LOGICS, f"{source} › logic").items())
    )
    for logic, every in (("", weights), *variants):
        _require_consistent(every, f"{source} › logic › {logic}" if logic else source)
    if given["current"] == given["potential"]:
        raise UsageError(
            say("current 与 potential 不能是同一准则。", "current and potential can't be the same criterion."), where=source,
            next_=say("各指一个有下级的准则。", "Let each name a criterion that has children."),
        )  # fmt: skip
    return ValueModel(
        _version(given["version"], source), _kinds(given["kinds"], source),
        str(given.get("goal", given["version"])), _labels(given.get("labels", {}), source), weights, variants, _bindings(weights.leaves, given["bind"], measures, source),
        Grades.from_plain(given["grades"], f"{source} › grades"), _split(weights, given["current"], source),
        _split(weights, given["potential"], source), _high(given.get("high", [50.0, 50.0]), source), text,
    )  # fmt: skip


def _weights(found: Evaluation) -> Weights:
    below = tuple(_weights(found.children[i]) if i in found.children else None for i in found.items)
    return Weights(found.items, tuple(found.weights.tolist()), below, found.consistency.ratio)


def _variant(hierarchy: Mapping[str, Any], changed: Mapping[str, Any], source: str) -> Weights:
    """Return the weights of the hierarchy where some nodes are judged otherwise: matrices, never other criteria."""
    _require_judgements(changed, hierarchy, source)
    return _weights(evaluate(document(_merged(hierarchy, changed), source).model))


def _require_judgements(changed: Mapping[str, Any], node: Mapping[str, Any], where: str) -> None:
    _section(changed, ("matrix", "children"), where)
    split = node.get("children", {})
    for item, below in _section(changed.get("children", {}), tuple(split), f"{where} › children").items():
        _require_judgements(below, split[item], f"{where} › {item}")


def _merged(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    both = {**old, **new}
    shared = [k for k in new if isinstance(old.get(k), Mapping) and isinstance(new[k], Mapping)]
    return both | {k: _merged(old[k], new[k]) for k in shared}


def _bindings(
    leaves: tuple[str, ...], given: Mapping[str, Any], known: Sequence[str], source: str
) -> tuple[Binding, ...]:
    where = f"{source} › bind"
    _section(given, leaves, where)
    for leaf in leaves:
        if leaf not in given:
            raise _lacking(f"bind.{leaf}", source)
    return tuple(_binding(given[leaf], known, f"{where} › {leaf}") for leaf in leaves)


def _binding(given: Mapping[str, Any], known: Sequence[str], where: str) -> Binding:
    _section(given, ("measures", "function"), where)
    wanted = given.get("measures", [])
    if not isinstance(wanted, list) or not wanted:
        raise _lacking("measures", where)
    _require_distinct(wanted, "measures", where)
    for name in wanted:
        if name not in known:
            near = get_close_matches(str(name), known, n=1)
            raise UsageError(
                say(f"没有名为“{name}”的指标。", f"There is no measure '{name}'."), where=where,
                next_=say(f"是否想写“{near[0]}”？", f"Did you mean '{near[0]}'?") if near else None,
            )  # fmt: skip
    if not isinstance(given.get("function"), Mapping):
        raise _lacking("function", where)
    return Binding(tuple(wanted), from_plain(given["function"], where=where))


def _version(given: object, source: str) -> str:
    if not isinstance(given, str) or not _VERSION.fullmatch(given):
        raise UsageError(
            say(f"版本名 {given!r} 不可用。", f"The version {given!r} can't be used."), where=source,
            next_=say("用小写字母、数字、点、横线，不超过 64 个。", "Use lower-case letters, digits, dots and dashes, 64 at most."),
        )  # fmt: skip
    return given


def _kinds(given: object, source: str) -> tuple[str, ...]:
    listed = given if isinstance(given, list) else [given]
    if not listed:
        raise _lacking("kinds", source)
    _require_distinct(listed, "kinds", source)
    for kind in listed:
        if kind not in KINDS:
            raise UsageError(
                say(f"没有客户类别 {kind!r}。", f"There is no kind of client {kind!r}."), where=source,
                next_=say("可选：" + "、".join(KINDS), "There are: " + ", ".join(KINDS)),
            )  # fmt: skip
    return tuple(listed)


def _labels(given: Mapping[str, Any], source: str) -> tuple[tuple[str, Said], ...]:
    for name, words in _section(
        given, tuple(given) if isinstance(given, Mapping) else (), f"{source} › labels"
    ).items():
        if not isinstance(words, Mapping) or not {"zh", "en"} <= set(words):
            raise _lacking(f"labels.{name} (zh, en)", source)
    return tuple((name, say(str(words["zh"]), str(words["en"]))) for name, words in given.items())


def _split(weights: Weights, name: object, source: str) -> str:
    if not isinstance(name, str) or weights.node(name) is None:
        raise UsageError(
            say(f"{name!r} 不是有下级的准则。", f"{name!r} isn't a criterion that is split."), where=source,
            next_=say("current 与 potential 各指一个有下级的准则。", "Let current and potential each name a criterion that has children."),
        )  # fmt: skip
    return name


def _require_distinct(names: Sequence[object], what: str, where: str) -> None:
    twice = sorted({str(n) for n in names if list(names).count(n) > 1})
    if twice:
        raise UsageError(
            say(f"{what} 中重复：{'、'.join(twice)}。", f"Twice among {what}: {', '.join(twice)}."), where=where,
            next_=say("每个名称只用一次。", "Use each name once."),
        )  # fmt: skip


def _high(given: object, source: str) -> tuple[float, float]:
    if (
        not isinstance(given, list)
        or len(given) != 2
        or not all(isinstance(x, int | float) and not isinstance(x, bool) and 0 < x < 100 for x in given)
    ):
        raise UsageError(
            say(f"high = {given!r} 应为两个 0 到 100 之间的分数。", f"high = {given!r} must be two points between 0 and 100."), where=source
        )  # fmt: skip
    return float(given[0]), float(given[1])


def _require_consistent(weights: Weights, where: str) -> None:
    for name, ratio in weights.ratios("criteria"):
        if ratio is not None and ratio > ConsistencySettings().most_cr:
            raise UsageError(
                say(f"“{name}”下的判断自相矛盾（CR {ratio:.3f}）。", f"The judgements below '{name}' contradict each other (CR {ratio:.3f})."),
                where=where, next_=say("zhike ahp 文件 会指出该改哪一对。", "zhike ahp FILE tells which pair to mend."),
            )  # fmt: skip


def _section(given: Any, known: Sequence[str], where: str) -> Mapping[str, Any]:
    """Return a section that has known names only."""
    if not isinstance(given, Mapping):
        raise UsageError(
            say("此处应为一节（名 = 值）。", "This must be a section (name = value)."), where=where
        )
    for name in given:
        if name not in known:
            near = get_close_matches(name, known, n=1)
            raise UsageError(
                say(f"不认识“{name}”。", f"'{name}' isn't known here."), where=where,
                next_=say(f"是否想写“{near[0]}”？", f"Did you mean '{near[0]}'?") if near
                else say("可用：" + "、".join(known), "Known: " + ", ".join(known)),
            )  # fmt: skip
    return given


def _lacking(name: str, where: str) -> UsageError:
    return UsageError(
        say(f"缺少 {name}。", f"{name} is missing."), where=where,
        next_=say("可从默认模型改起：zhike value new individual -o 文件", "Begin with a default: zhike value new individual -o FILE"),
    )  # fmt: skip
