"""How the value of clients is put in words and figures, in the terminal and on pages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from zhike.base.text import Said
from zhike.cli.session import language, said, told
from zhike.datacentre.tables.words import (
    GRADE_WORDS,
    KIND_WORDS,
    LOGIC_WORDS,
    QUADRANT_ADVICE,
    QUADRANT_WORDS,
    STAGE_WORDS,
)

if TYPE_CHECKING:
    from zhike.run.movers import Mover
    from zhike.run.value_report import ValueReport

_UNITS = {"zh": ((1e8, 2, "亿"), (1e4, 1, "万")), "en": ((1e9, 2, "bn"), (1e6, 2, "m"), (1e3, 1, "k"))}


def grade(name: str) -> str:
    """Return what a grade is called."""
    return told(GRADE_WORDS[name], name)


def logic(name: str) -> str:
    """Return what a profit logic is called."""
    return told(LOGIC_WORDS.get(name, "未知"), name)


def stage(name: str) -> str:
    """Return what a stage of the life cycle is called."""
    return told(STAGE_WORDS.get(name, "未知"), name)


def quadrant(name: str) -> str:
    """Return what a quadrant is called."""
    return told(QUADRANT_WORDS.get(name, "未知"), name)


def kind(name: str) -> str:
    """Return what clients of a kind are called."""
    return said(KIND_WORDS[name])


def advice(name: str) -> str:
    """Return what to do in a quadrant; "" where it isn't known."""
    return said(QUADRANT_ADVICE[name]) if name in QUADRANT_ADVICE else ""


def money(amount: float) -> str:
    """Return CNY in few characters: 1.2万, 3.45亿; 12.0k, 345.00m."""
    for size, digits, unit in _UNITS[language()]:
        if abs(amount) >= size:
            return f"{amount / size:,.{digits}f}{unit}"
    return f"{amount:,.0f}"


def share(part: float, whole: float) -> str:
    """Return a part of a whole in percent, a dash where there is no whole."""
    return f"{part / whole:.1%}" if whole > 0 else "–"


def moved(mover: Mover, labels: Mapping[str, Said]) -> tuple[str, ...]:
    """Return a client's move as five cells: who, grade, place, score, why; `labels`: what criteria are called."""
    why = [f"{_label(r.criterion, labels)} {r.points:+.1f}" for r in mover.reasons]
    before, after = map(grade, mover.grade)
    return (
        mover.client,
        before if before == after else f"{before} → {after}",
        f"{mover.rank[0]:,} → {mover.rank[1]:,}",
        f"{mover.score[0]:.1f} → {mover.score[1]:.1f}",
        told("，", ", ").join(why),
    )


def mover_headings() -> list[str]:
    """Return the headings above the cells that `moved` gives."""
    return [
        told("客户", "client"),
        told("等级", "grade"),
        told("名次", "place"),
        told("得分", "score"),
        told("原因", "why"),
    ]


def since(found: ValueReport) -> tuple[str, str]:
    """Return between which generations grades moved, in both languages, or that there is but one."""
    if found.previous is None:
        return "这是第一期，没有等级变动可报。", "This is the first generation: no grade could change."
    if not found.moves:
        return "这一期没有等级变动表。", "This generation has no table of moves."
    day = found.previous_as_of
    return (
        f"等级变动（各类客户合计）：上期 {found.previous}{f'（截至 {day}）' if day else '（已不再保留）'} → 本期 {found.generation}，户数",
        f"Moves of grades, all kinds of client together: from generation {found.previous} ({f'as of {day}' if day else 'not kept any more'}) "
        f"to {found.generation}, clients",
    )


def matrix(found: ValueReport) -> tuple[dict[str, str], dict[str, str], dict[tuple[str, str], int]]:
    """Return the grades before and those now, with what they are called, and the clients of each (before, now).

    `none`, last and only where it occurs: who came, who isn't there any more.
    """
    clients = {(m.before, m.after): m.clients for m in found.moves}
    grades = {name: grade(name) for name in GRADE_WORDS}
    came, gone = ({"none": told("新评价", "new")}, {"none": told("已不在", "gone")})
    rows = grades | (came if any(a == "none" for a, _ in clients) else {})
    columns = grades | (gone if any(b == "none" for _, b in clients) else {})
    return rows, columns, clients


def _label(criterion: str, labels: Mapping[str, Said]) -> str:
    return said(labels[criterion]) if criterion in labels else criterion
