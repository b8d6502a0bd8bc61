"""The page of `zhike report value`: one HTML file without script, font or address, light or dark, for phone, screen and paper."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import TYPE_CHECKING, Literal

from zhike.cli.output import safe
from zhike.cli.session import language, told
from zhike.cli.value_pictures import Field, curve, heat, pyramid, quadrants
from zhike.cli.value_style import STYLE
from zhike.cli.value_words import (
    grade,
    kind,
    logic,
    matrix,
    money,
    moved,
    mover_headings,
    share,
    since,
    stage,
)
from zhike.datacentre.tables.words import QUADRANT_WORDS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from zhike.run.movers import Mover
    from zhike.run.value_report import KindReport, Sums, ValueReport

_GOOD, _BAD = "heat", "warm"


def page(found: ValueReport) -> str:
    """Return the report as one HTML document, which is also well-formed XML."""
    title = told("客户价值报告", "What clients are worth")
    body = [
        f"<header><h1>{_safe(title)}</h1>{_about(found)}</header>",
        *(part for each in found.kinds for part in _kind(each)),
        _moves(found),
        f"<footer><p>{_safe(_footer())}</p></footer>",
    ]
    return (
        f'<!DOCTYPE html>\n<html lang="{language()}">\n<head>\n<meta charset="utf-8"/>\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1"/>\n'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\"/>\n"
        f"<title>{_safe(title)} · {found.as_of}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n"
        + "\n".join(body)
        + "\n</main>\n</body>\n</html>\n"
    )


def _safe(words: str) -> str:
    return escape(safe(words))


def _about(found: ValueReport) -> str:
    """Return the line on top: which generation, as of when, by which models, how many are valued."""
    valued = told("、", ", ").join(f"{kind(k.kind)} {k.total.clients:,} ({k.model})" for k in found.kinds)
    words = told(
        f"截至 {found.as_of} · 第 {found.generation} 期 · 已评价：",
        f"As of {found.as_of} · generation {found.generation} · valued: ",
    )
    return f'<p class="about">{_safe(words + valued)}</p>'


def _footer() -> str:
    return told(
        "金额为元。创收与贡献取近 12 个月，贡献为创收减服务成本；资产为最近一次已知的净资产。个人、机构、产品户各按自己的模型评价，互不混排。",
        "Money in CNY. Revenue and contribution are those of 12 months, contribution being revenue less the cost to serve; assets are "
        "net assets when last known. Individuals, institutions and product accounts are each valued by a model of their own, never mixed.",
    )


def _kind(each: KindReport) -> Iterable[str]:
    key = each.kind
    yield f'<section class="kind" aria-labelledby="{key}"><h2 id="{key}">{_safe(kind(key))}</h2>'
    yield _tiles(each)
    yield '<div class="grid">'
    yield _figure(told("等级金字塔", "Pyramid of grades"), pyramid(f"{key}-pyramid", each), _held())
    yield _figure(told("贡献曲线", "Contribution curve"), curve(f"{key}-curve", each), _top(each))
    yield _figure(told("现在与将来", "Now and later"), quadrants(f"{key}-quadrants", each), _placed(each))
    small = told("小字为占合计的比例。", "Small: the share of the whole.")
    yield _figure(told("各等级", "Grade by grade"), _grades(each), small)
    yield _figure(told("等级与生命周期", "Grade and life cycle"), _crossed(each, "stage"), _tint())
    yield _figure(told("等级与盈利逻辑", "Grade and profit logic"), _crossed(each, "logic"), _tint())
    yield "</div>"
    yield _movers(each)
    yield _cells(each)
    yield "</section>"


def _tiles(each: KindReport) -> str:
    tiles = [
        (told("已评价客户", "clients valued"), f"{each.total.clients:,}"),
        (told("资产", "assets"), money(each.total.assets)),
        (told("近 12 个月创收", "revenue, 12 months"), money(each.total.revenue)),
        (told("近 12 个月贡献", "contribution, 12 months"), money(each.total.contribution)),
    ]
    return '<dl class="tiles">' + "".join(f"<div><dt>{_safe(n)}</dt><dd>{_safe(v)}</dd></div>" for n, v in tiles) + "</dl>"  # fmt: skip


def _figure(heading: str, inside: str, words: str) -> str:
    caption = f"<figcaption><h3>{_safe(heading)}</h3><p>{_safe(words)}</p></figcaption>"
    return f"<figure>{caption}{inside}</figure>"


def _held() -> str:
    return told(
        "每个等级占多少客户、带来多少创收。",
        "How many of the clients each grade holds, and how much of the revenue it brings.",
    )


def _placed(each: KindReport) -> str:
    """Say what the quadrants are, and how many clients lie in none."""
    words = told(
        "按当前与潜在价值各自的高低；颜色越浓，创收占比越高。",
        "By current and potential value, each high or low; the stronger the colour, the larger the share of revenue.",
    )
    without = each.total.clients - sum(each.quadrants[name].clients for name in QUADRANT_WORDS)
    if not without:
        return words
    return words + told(
        f"另有 {without:,} 户资料不足，未归入。", f" Of {without:,} more too little is known."
    )


def _top(each: KindReport) -> str:
    """Say what the first fifth gives."""
    own = each.by_score
    known = [
        (told("贡献", "contribution"), own.contribution),
        (told("创收", "revenue"), own.revenue),
        (told("资产", "assets"), own.assets),
    ]
    words = told("、", ", ").join(
        told(f"{name}的 {s.top:.1%}", f"{s.top:.1%} of {name}") for name, s in known if s is not None
    )
    if not words:
        return told("总额不为正，无法计算占比。", "No total is above 0, so there are no shares.")
    return told(
        f"得分最高的 {each.top:.0%} 客户占{words}。", f"The {each.top:.0%} of clients who score highest make up {words}."
    )  # fmt: skip


def _tint() -> str:
    return told(
        "每格：户数与创收；颜色越浓，创收占比越高。",
        "Each field: clients and their revenue; the stronger the colour, the larger the share of revenue.",
    )


def _grades(each: KindReport) -> str:
    headings = [
        told("等级", "grade"), told("户数", "clients"), told("资产", "assets"), told("创收", "revenue"), told("贡献", "contribution"),
    ]  # fmt: skip
    total = each.total

    def row(name: str, s: Sums) -> str:
        pairs = (
            (f"{s.clients:,}", share(s.clients, total.clients)), (money(s.assets), share(s.assets, total.assets)),
            (money(s.revenue), share(s.revenue, total.revenue)), (money(s.contribution), share(s.contribution, total.contribution)),
        )  # fmt: skip
        cells = "".join(f'<td class="n">{_safe(x)}<small>{_safe(part)}</small></td>' for x, part in pairs)
        return f'<tr><th scope="row">{_safe(name)}</th>{cells}</tr>'

    rows = [row(grade(n), s) for n, s in each.grades.items()]
    return _table(headings, [*rows, row(told("合计", "all"), total)], figures=range(1, 5))


def _table(
    headings: Sequence[str], rows: Iterable[str], figures: Sequence[int] = (), style: str = "plain"
) -> str:
    head = "".join(
        f'<th scope="col" class="{"n" if n in figures else "w"}">{_safe(h)}</th>'
        for n, h in enumerate(headings)
    )
    return f'<table class="{style}"><thead><tr>{head}</tr></thead><tbody>{"".join(rows)}</tbody></table>'


def _crossed(each: KindReport, by: Literal["stage", "logic"]) -> str:
    """Draw the heat map of grade against stage or logic."""
    word, title = {
        "stage": (stage, told("等级与生命周期的交叉", "Grades by stage of the life cycle")),
        "logic": (logic, told("等级与盈利逻辑的交叉", "Grades by profit logic")),
    }[by]
    found = each.crossed(by)
    rows = {word(name): [_field(s, each.total.revenue) for s in own.values()] for name, own in found.items()}
    words = "; ".join(
        f"{word(name)}: " + ", ".join(f"{grade(g)} {s.clients:,}" for g, s in own.items() if s.clients)
        for name, own in found.items()
    )
    return heat(f"{each.kind}-{by}", title, words, [grade(g) for g in each.grades], rows)


def _field(s: Sums, whole: float) -> Field | None:
    if not s.clients:
        return None
    part = max(s.revenue / whole, 0.0) if whole > 0 else 0.0
    return Field(f"{s.clients:,}", money(s.revenue), min(part**0.5, 1.0))


def _movers(each: KindReport) -> str:
    heading = f"<h3>{_safe(told('变动最大的客户', 'Who moved farthest'))}</h3>"
    if each.movers.why_none is not None:
        return (
            f'<div class="wide">{heading}<p>{_safe(each.movers.why_none.in_language(language()))}</p></div>'
        )
    tables = [
        _moved(each, heading_, movers)
        for heading_, movers in (
            (told("上升", "up"), each.movers.up),
            (told("下降", "down"), each.movers.down),
        )
        if movers
    ]
    return f'<div class="wide">{heading}{"".join(tables)}</div>'


def _moved(each: KindReport, way: str, movers: Iterable[Mover]) -> str:
    headings = mover_headings()
    rows = []
    for mover in movers:
        who, *cells = moved(mover, each.labels)
        fields = "".join(
            f'<td data-label="{_safe(h)}">{_safe(c)}</td>' for h, c in zip(headings[1:], cells, strict=True)
        )
        rows.append(f'<tr><th scope="row">{_safe(who)}</th>{fields}</tr>')
    return f"<h4>{_safe(way)}</h4>" + _table(headings, rows, style="movers")


def _cells(each: KindReport) -> str:
    """Return every combination of grade, logic and stage, folded away."""
    headings = [
        told("等级", "grade"), told("逻辑", "logic"), told("阶段", "stage"), told("户数", "clients"), told("资产", "assets"), told("创收", "revenue"),
    ]  # fmt: skip
    rows = [
        f'<tr><th scope="row">{_safe(grade(c.grade))}</th><td>{_safe(logic(c.logic))}</td><td>{_safe(stage(c.stage))}</td>'
        f'<td class="n">{c.sums.clients:,}</td><td class="n">{_safe(money(c.sums.assets))}</td><td class="n">{_safe(money(c.sums.revenue))}</td></tr>'
        for c in each.cells
    ]
    summary = told(
        f"等级 × 逻辑 × 阶段：全部 {len(rows)} 种组合，按创收排列",
        f"Grade × logic × stage: all {len(rows)} combinations, by revenue",
    )
    return f'<details class="wide"><summary>{_safe(summary)}</summary>{_table(headings, rows, figures=(3, 4, 5))}</details>'


def _moves(found: ValueReport) -> str:
    heading = (
        f'<h2 id="moves">{_safe(told("等级变动", "Moves of grades"))}</h2><p>{_safe(told(*since(found)))}</p>'
    )
    if not found.moves:
        return f'<section aria-labelledby="moves">{heading}</section>'
    hint = told(
        "行为上期，列为本期；百分比为占该行。蓝为上升，橙为下降。",
        "Rows: before; columns: now; percent of the row. Blue is up, orange is down.",
    )
    figure = _figure(told("等级变动矩阵", "Matrix of moves"), _matrix(found), hint)
    return f'<section aria-labelledby="moves">{heading}<div class="grid">{figure}</div></section>'


def _matrix(found: ValueReport) -> str:
    rows, columns, clients = matrix(found)
    order = {name: n for n, name in enumerate(columns)}
    drawn: dict[str, list[Field | None]] = {}
    for a, label in rows.items():
        whole = sum(clients.get((a, b), 0) for b in columns)
        drawn[label] = [
            Field(f"{n:,}", share(n, whole), n / whole, _way(order, a, b)) if (n := clients.get((a, b), 0)) else None
            for b in columns
        ]  # fmt: skip
    words = "; ".join(f"{rows[a]} → {columns[b]}: {n:,}" for (a, b), n in clients.items())
    return heat("matrix", told("等级变动矩阵", "Matrix of moves between grades"), words, list(columns.values()), drawn)  # fmt: skip


def _way(order: Mapping[str, int], before: str, after: str) -> str:
    """Return the tint of a move: who stays, came or left has none of a side."""
    if "none" in (before, after) or before == after:
        return "still"
    return _GOOD if order[after] < order[before] else _BAD
