"""The part of the `zhike ahp` report that says how firm the weights stand."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from zhike.base.text import Said, say
from zhike.cli.output import safe, width
from zhike.cli.session import language, told
from zhike.models.ahp.evaluation import Evaluation
from zhike.models.ahp.robustness import Robustness, fuzzy_views, robustness
from zhike.models.ahp.sensitivity import Stability

MOST_ROWS = 12  # criteria with the least room, and items by weight; --format json has all


def robustness_section(found: Evaluation) -> Iterator[str]:
    """Yield the lines on sensitivity, modes of synthesis and uncertain judgements; none where there is nothing to rank."""
    if len(found.global_weights) < 2:
        return
    given = robustness(found)
    yield ""
    yield told("【稳健性】", "[How firm it stands]")
    if len(given.criteria) > 1:
        yield from _movements(given)
    if given.modes is not None:
        yield from _modes(given)
    yield from _uncertain(given)


def _movements(given: Robustness) -> Iterator[str]:
    yield told(
        "  一个权重单独移动、其余按比例，名次不变的范围（任何名次；第一名）：",
        "  One weight moves, the others in proportion: no change of rank within (any place; first place):",
    )
    tight = sorted(range(len(given.criteria)), key=lambda j: float(given.any_place.margin[j]))[:MOST_ROWS]
    columns = max(width(safe(given.criteria[j])) for j in tight)
    for j in tight:
        name = safe(given.criteria[j])
        gap = " " * (columns - width(name))
        yield f"    {name}{gap}  {given.any_place.weights[j]:.4f}   {_range(given.any_place, j)}   {_range(given.first_place, j)}"
    for said in (*_ties(given), _first_change(given, given.any_place), _first_at_top(given)):
        if said is not None:
            yield f"    · {said.in_language(language())}"


def _ties(given: Robustness) -> Iterator[Said]:
    for group in given.ties:
        names, more = [safe(name) for name in group[:MOST_ROWS]], " …" if len(group) > MOST_ROWS else ""
        zh, en = "”、“".join(names), "', '".join(names)
        yield say(
            f"“{zh}”{more}现在相等：权重稍有移动就可能分出先后。",
            f"'{en}'{more} are equal now: the least movement of a weight may part them.",
        )


def _range(firm: Stability, j: int) -> str:
    low, high = (0.0 if math.isnan(firm.down[j]) else float(firm.down[j])), float(firm.up[j])
    return f"{low:.4f}–{1.0 if math.isnan(high) else high:.4f}"


def _first_change(given: Robustness, firm: Stability) -> Said | None:
    """Say where the first change of rank comes; None where none does but equals part."""
    j = firm.critical
    if j is None and firm.tied:
        return None
    if j is None:
        return say("任何单一权重的移动都不改变名次。", "No movement of a single weight changes any rank.")
    lower = not math.isnan(firm.down[j]) and firm.weights[j] - firm.down[j] <= firm.margin[j]
    to, swap = (firm.down[j], firm.down_swap[j]) if lower else (firm.up[j], firm.up_swap[j])
    ahead, after = (safe(given.ranked[k]) for k in swap.tolist())
    name, now = safe(given.criteria[j]), firm.weights[j]
    return say(
        f"最先的变化：“{name}”的权重从 {now:.4f} 到 {to:.4f} 时，“{after}”超过“{ahead}”。",
        f"The first change: when the weight of '{name}' goes from {now:.4f} to {to:.4f}, '{after}' passes '{ahead}'.",
    )


def _first_at_top(given: Robustness) -> Said | None:
    if given.first_place.critical is None and not given.first_place.tied:
        best = safe(given.ranked[int(given.weights.argmax())])
        return say(f"“{best}”始终第一。", f"'{best}' stays first whatever single weight moves.")
    return None


def _modes(given: Robustness) -> Iterator[str]:
    if given.modes is None:
        return
    shares = zip(given.modes.alternatives, given.modes.distributive, given.modes.ideal, strict=True)
    listed = ", ".join(f"{safe(name)} {d:.4f} / {i:.4f}" for name, d, i in shares)
    yield told(f"  分配式 / 理想式：{listed}", f"  Distributive / ideal mode: {listed}")
    if given.modes.warning is not None:
        yield f"    · {safe(given.modes.warning.in_language(language()))}"


def _uncertain(given: Robustness) -> Iterator[str]:
    found = given.uncertain
    yield told(
        f"  若每个判断可能相差一级（{found.draws} 次抽样，种子 {found.seed}）：权重的 P5–P95，居首的概率",
        f"  If each judgement may be a step off ({found.draws} draws, seed {found.seed}): P5–P95 of the weight, chance to be first",
    )
    shown = sorted(range(len(given.ranked)), key=lambda i: -float(given.weights[i]))[:MOST_ROWS]
    columns = max(width(safe(given.ranked[i])) for i in shown)
    for i in shown:
        name = safe(given.ranked[i])
        gap = " " * (columns - width(name))
        yield f"    {name}{gap}  {found.low[i]:.4f}–{found.high[i]:.4f}   {found.acceptability[i, 0]:.0%}"


def fuzzy_section(found: Evaluation, method: str) -> Iterator[str]:
    """Yield the lines of the fuzzy view, node by node. Raises UsageError for a method that isn't offered."""
    views = fuzzy_views(found, method)
    yield ""
    yield told(
        "【模糊视图：仅供稳健性参考】下限–上限，去模糊",
        "[Fuzzy view, of robustness only] low–high, defuzzified",
    )
    for path, node in found.nodes():
        yield f"  {safe(' › '.join(path) or node.name)}"
        columns = max(width(safe(item)) for item in node.items)
        for i, item in enumerate(node.items):
            name, view = safe(item), views[path]
            gap = " " * (columns - width(name))
            yield f"    {name}{gap}  {view.low[i]:.4f}–{view.high[i]:.4f}   {view.crisp[i]:.4f}"


def fuzzy_plain(found: Evaluation, method: str) -> list[dict[str, Any]]:
    """Return the fuzzy view as plain data, node by node. Raises UsageError for a method that isn't offered."""
    views, nodes = fuzzy_views(found, method), dict(found.nodes())
    return [
        {
            "path": list(path),
            "weights": {
                item: {name: float(getattr(view, name)[i]) for name in ("low", "middle", "high", "crisp")}
                for i, item in enumerate(nodes[path].items)
            },
        }
        for path, view in views.items()
    ]
