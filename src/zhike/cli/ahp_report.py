"""The report of `zhike ahp`: sections, each some lines; `NODE` for every node of a hierarchy, `WHOLE` once, at the end."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from zhike.base.text import Said
from zhike.cli.ahp_robustness import robustness_section
from zhike.cli.output import safe, width
from zhike.cli.session import language, told
from zhike.models.ahp import Evaluation, telling

Section = Callable[[Evaluation], Iterator[str]]
_CELLS = 30
_PAIRS = 3


def report(found: Evaluation, remarks: Sequence[Said]) -> Iterator[str]:
    """Yield the lines of a report: what is to be said of the reading, every node, the whole."""
    yield from (_told(each) for each in remarks)
    for path, node in found.nodes():
        yield _title(" › ".join(path) or node.name, node)
        for section in NODE:
            yield from section(node)
        yield ""
    for section in WHOLE:
        yield from section(found)


def _title(name: str, node: Evaluation) -> str:
    method = told(
        {"eigenvector": "特征向量法", "geometric": "几何平均法"}[node.method],
        {"eigenvector": "eigenvector", "geometric": "geometric mean"}[node.method],
    )
    return told(f"【{name}】{len(node.items)} 项，{method}", f"[{name}] {len(node.items)} items, {method}")


def _weights(node: Evaluation) -> Iterator[str]:
    yield from _bars(node.by_name)


def _bars(weights: Mapping[str, float]) -> Iterator[str]:
    """Yield a bar for each name, the heaviest first and filling the space."""
    shown = {name: safe(name) for name in weights}
    most, columns = max(weights.values()), max(width(name) for name in shown.values())
    for name, weight in sorted(weights.items(), key=lambda each: -each[1]):
        bar = "█" * max(round(weight / most * _CELLS), 1)
        gap = " " * (columns - width(shown[name]))
        yield f"  {shown[name]}{gap}  {bar}{' ' * (_CELLS - len(bar))}  {weight:.4f}"


def _consistency(node: Evaluation) -> Iterator[str]:
    found = node.consistency
    yield f"  λmax = {found.lambda_max:.4f}  CI = {found.index:.4f}  GCI = {found.gci:.4f}"
    yield f"  {_told(telling.verdict(found))}"
    for each in node.remarks:
        yield f"  {_told(each)}"


def _advice(node: Evaluation) -> Iterator[str]:
    if node.advice_to_tell:
        yield told("  最矛盾的判断：", "  Judgements that contradict most:")
    for found in node.advice_to_tell:
        yield f"    · {_told(telling.mend(node.items, found))}"


def _completed(node: Evaluation) -> Iterator[str]:
    if node.completed:
        yield told("  补全的判断：", "  Completed judgements:")
    for (i, j), value in node.completed.items():
        yield f"    {node.items[i]} / {node.items[j]} = {telling.value(value)}"


def _experts(node: Evaluation) -> Iterator[str]:
    group = node.group
    if group is None:
        return
    said = list(telling.group(group))
    n, end = len(group.voices), ("：", ":") if said else ("。", ".")
    yield told(f"  专家 {n} 位{end[0]}", f"  {n} expert{'s' * (n != 1)}{end[1]}")
    for each in said:
        yield f"    · {_told(each)}"
    if group.spreads:
        yield told("  分歧最大的判断：", "  What they differ about most:")
    for found in group.spreads[:_PAIRS]:
        yield f"    · {_told(telling.differing(node.items, found))}"


def _global(found: Evaluation) -> Iterator[str]:
    if found.children:
        yield told("【总目标下的权重】", "[Weights under the goal]")
        yield from _bars(found.global_weights)


def _told(sentence: Said) -> str:
    return sentence.in_language(language())


NODE: Sequence[Section] = (_weights, _consistency, _completed, _advice, _experts)
WHOLE: Sequence[Section] = (_global, robustness_section)
