"""A client's value as a paragraph that can be said aloud."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import narwhals as nw

from zhike.base.text import Said, say
from zhike.datacentre.tables.words import (
    GRADE_WORDS,
    KIND_WORDS,
    LOGIC_WORDS,
    QUADRANT_ADVICE,
    QUADRANT_WORDS,
)
from zhike.models.value import ValueModel, most_points
from zhike.models.value.versions import versions
from zhike.run.explaining.published import Page

_STRONG, _WEAK = 3, 2


def value_of(found: Page, row: Mapping[str, Any]) -> tuple[Said, Said]:
    """Return the client's row of `value` in words, and where to look further. Raises DamagedStore."""
    model = versions(found.home).named(row["model_version"])
    logic = [r["logic"] for r in found.rows("logic")]
    of_kind = (
        found.generation.scan(found.engine, "value")
        .filter(nw.col("kind") == nw.lit(row["kind"]))
        .select("rank")
    )
    points: dict[str, float] = json.loads(row["criteria"])
    bound = dict(zip(model.leaves, model.bindings, strict=True))
    names = ", ".join(dict.fromkeys(m for leaf in points for m in bound[leaf].measures))
    further = say(
        f"各准则取自这些指标，逐个追到来源：zhike explain {found.client} 指标名（{names}）。",
        f"The criteria are measured by these, each down to its rows: zhike explain {found.client} MEASURE ({names}).",
    )
    return value_told(
        row, model, logic[0] if logic else None, found.engine.collect(of_kind).num_rows
    ), further


def value_told(row: Mapping[str, Any], model: ValueModel, logic: str | None, among: int) -> Said:
    """Return a row of `value` in words: grade and place, what carries it, what it lacks, what follows.

    `among`: how many clients of the kind are valued.
    """
    points: dict[str, float] = json.loads(row["criteria"])
    most = most_points(model, logic, list(points))
    plain = {leaf for leaf, b in zip(model.leaves, model.bindings, strict=True) if not b.function.reversed}
    strong = sorted((n for n in points if points[n] > 0 and n in plain), key=lambda n: -points[n])[:_STRONG]
    weak = sorted((n for n in most if n not in strong), key=lambda n: points[n] - most[n])[:_WEAK]
    kind = KIND_WORDS[row["kind"]]
    parts = [
        say(
            f"该户为{GRADE_WORDS[row['grade']]}级（自 {row['since']}），价值 {row['score']:.1f} 分，在 {among:,} 户{kind.zh}中列第 {row['rank']:,} 名",
            f"A {row['grade']} client since {row['since']}: {row['score']:.1f} points, place {row['rank']:,} of {among:,} {kind.en}",
        ),
        _listed("主要靠", "carried by ", model, strong, points, most),
        _listed("失分最多的是", "most is missing in ", model, weak, points, most),
        *_halves(row), *_weights(model, logic), *_watch(row), *_note(row, model, points),
    ]  # fmt: skip
    return say("；".join(p.zh for p in parts) + "。", "; ".join(p.en for p in parts) + ".")


def _listed(
    zh: str,
    en: str,
    model: ValueModel,
    names: Sequence[str],
    points: Mapping[str, float],
    most: Mapping[str, float],
) -> Said:
    if not names:
        return say(f"{zh}：无", f"{en}nothing")
    return say(
        zh + "、".join(f"{model.label(n).zh}（{points[n]:.1f}／{most[n]:.1f} 分）" for n in names),
        en + ", ".join(f"{model.label(n).en} ({points[n]:.1f} of {most[n]:.1f})" for n in names),
    )


def _halves(row: Mapping[str, Any]) -> list[Said]:
    if row["quadrant"] is None:
        return []
    advice = QUADRANT_ADVICE[row["quadrant"]]
    return [
        say(
            f"当前价值 {row['current']:.0f}、潜在价值 {row['potential']:.0f}（满分 100），属“{QUADRANT_WORDS[row['quadrant']]}”：{advice.zh}",
            f"current value {row['current']:.0f}, potential value {row['potential']:.0f} of 100 ({row['quadrant']}): {advice.en}",
        )
    ]


def _weights(model: ValueModel, logic: str | None) -> list[Said]:
    if logic not in dict(model.variants):
        return [say(f"按模型 {model.version} 评价", f"valued by model {model.version}")]
    return [
        say(
            f"按模型 {model.version} 中{LOGIC_WORDS[str(logic)]}的权重评价",
            f"valued by model {model.version} with the weights for the {logic} logic",
        )
    ]


def _watch(row: Mapping[str, Any]) -> list[Said]:
    if row["watch_since"] is None:
        return []
    since = row["watch_since"]
    return [
        say(
            f"得分自 {since} 起低于本级，处于观察期",
            f"under watch since {since}, the score being below that grade",
        )
    ]


def _note(row: Mapping[str, Any], model: ValueModel, points: Mapping[str, float]) -> list[Said]:
    lacking = [n for n in model.leaves if n not in points]
    if not lacking:
        return []
    zh, en = ("、".join(model.label(n).zh for n in lacking), ", ".join(model.label(n).en for n in lacking))
    return [
        say(
            f"缺少 {zh} 的数据，其权重分给了同级准则",
            f"not known: {en}, whose weight went to the criteria beside",
        )
    ]
