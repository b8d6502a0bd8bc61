"""`zhike report value`: what clients are worth and who moved, in the terminal and as JSON; the page is `cli.value_page`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

from zhike.cli.output import json_text, line, table, tell
from zhike.cli.session import told
from zhike.cli.value_words import (
    advice,
    grade,
    kind,
    logic,
    matrix,
    money,
    moved,
    mover_headings,
    quadrant,
    share,
    since,
    stage,
)

if TYPE_CHECKING:
    from zhike.run.value_report import KindReport, Share, Sums, ValueReport

_CURVE = (1, 5, 10, 20, 50, 80)  # of 100 clients
_CELLS = 12


def content(found: ValueReport, form: str) -> bytes:
    """Return the report as `json` or `html`."""
    if form == "json":
        return json_text(asdict(found)).encode()
    from zhike.cli.value_page import page

    return page(found).encode()


def show(found: ValueReport) -> None:
    """Print the report."""
    tell(
        f"客户价值，截至 {found.as_of}（第 {found.generation} 期）",
        f"What clients are worth, as of {found.as_of} (generation {found.generation})",
    )
    for each in found.kinds:
        _title(each)
        _by(told("等级", "grade"), [(grade(n), s) for n, s in each.grades.items()], each.total)
        _curve(each)
        advised = [advice(n) for n in each.quadrants]
        _by(
            told("象限", "quadrant"),
            [(quadrant(n), s) for n, s in each.quadrants.items()],
            each.total,
            advised,
        )
        _crossed(each, told("生命周期", "stage"), {stage(n): own for n, own in each.crossed("stage").items()})
        _crossed(each, told("盈利逻辑", "logic"), {logic(n): own for n, own in each.crossed("logic").items()})
        _cells(each)
        _movers(each)
    _moves(found)


def _title(each: KindReport) -> None:
    line()
    total = each.total
    tell(
        f"【{kind(each.kind)}】{total.clients:,} 户（模型 {each.model}）：资产 {money(total.assets)}，近 12 个月创收 {money(total.revenue)}、"
        f"贡献 {money(total.contribution)}（元）",
        f"[{kind(each.kind)}] {total.clients:,} clients (model {each.model}): assets {money(total.assets)}, "
        f"revenue {money(total.revenue)} and contribution {money(total.contribution)} in 12 months (CNY)",
    )


def _by(
    heading: str, rows: Sequence[tuple[str, Sums]], total: Sums, words: Sequence[str] | None = None
) -> None:
    """Print clients and money class by class, each with its share."""
    line()
    headings = [
        heading, told("户数", "clients"), "%", told("资产", "assets"), "%", told("创收", "revenue"), "%", told("贡献", "contribution"), "%",
    ]  # fmt: skip
    cells = [
        [
            name, s.clients, share(s.clients, total.clients), money(s.assets), share(s.assets, total.assets),
            money(s.revenue), share(s.revenue, total.revenue), money(s.contribution), share(s.contribution, total.contribution),
        ]
        for name, s in rows
    ]  # fmt: skip
    if words is not None:
        headings, cells = [*headings, ""], [[*c, w] for c, w in zip(cells, words, strict=True)]
    table(headings, cells, range(1, 9))


def _curve(each: KindReport) -> None:
    """Print what the first clients of a hundred give."""
    line()
    columns = [
        (told("贡献", "contribution"), each.by_score.contribution),
        (told("创收", "revenue"), each.by_score.revenue),
        (told("资产", "assets"), each.by_score.assets),
        (told("贡献（按贡献排序）", "contribution (ordered by itself)"), each.by_contribution.contribution),
    ]
    table(
        [told("得分最高的客户", "clients by score"), *(name for name, _ in columns)],
        [[f"{n}%", *(_part(own, n) for _, own in columns)] for n in _CURVE if n * each.total.clients >= 100],
        range(1, 5),
    )


def _part(own: Share | None, percent: int) -> str:
    return "–" if own is None else f"{own.parts[percent * (len(own.parts) - 1) // 100]:.1%}"


def _crossed(each: KindReport, heading: str, rows: Mapping[str, Mapping[str, Sums]]) -> None:
    """Print clients by grade and stage (or logic), with each row's revenue."""
    line()
    revenue = {name: sum(s.revenue for s in own.values()) for name, own in rows.items()}
    table(
        [heading, *map(grade, each.grades), told("创收", "revenue"), "%"],
        [
            [name, *(s.clients for s in own.values()), money(revenue[name]), share(revenue[name], each.total.revenue)]
            for name, own in rows.items()
        ],
        range(1, len(each.grades) + 3),
    )  # fmt: skip


def _cells(each: KindReport) -> None:
    """Print the combinations of grade, logic and stage that bring most."""
    line()
    headings = [
        told("创收最多的组合", "what brings most"), told("逻辑", "logic"), told("阶段", "stage"), told("户数", "clients"),
        told("资产", "assets"), told("创收", "revenue"), "%",
    ]  # fmt: skip
    rows = [
        [
            grade(c.grade), logic(c.logic), stage(c.stage), c.sums.clients, money(c.sums.assets), money(c.sums.revenue),
            share(c.sums.revenue, each.total.revenue),
        ]
        for c in each.cells[:_CELLS]
    ]  # fmt: skip
    table(headings, rows, range(3, 7))


def _movers(each: KindReport) -> None:
    for zh, en, movers in (("上升最多", "farthest up", each.movers.up), ("下降最多", "farthest down", each.movers.down)):  # fmt: skip
        if movers:
            line()
            headings = [told(zh, en), *mover_headings()[1:]]
            table(headings, [moved(m, each.labels) for m in movers])
    if each.movers.why_none is not None:
        line()
        why = each.movers.why_none
        tell(f"不列变动客户：{why.zh}", f"No movers are told: {why.en}")


def _moves(found: ValueReport) -> None:
    line()
    tell(*since(found))
    if found.moves:
        rows, columns, clients = matrix(found)
        table(
            [told("由＼到", "from \\ to"), *columns.values()],
            [[name, *(clients.get((a, b), 0) for b in columns)] for a, name in rows.items()],
        )
