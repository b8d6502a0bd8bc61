"""Why a figure of the map of segments is what it is: of the whole, of a cell, of a row or column, of a quadrant."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from zhike.base.text import say
from zhike_desk.pages.segments.writing import class_name, figure_name, text, unit
from zhike_desk.pages.segments.writing import whole as counted
from zhike_desk.records.queries import clients
from zhike_desk.records.queries.segments import NOBODY, NONE, Group, SegmentMap
from zhike_desk.records.refusals import Refused
from zhike_desk.ui.figures import minus
from zhike_desk.ui.speech import told
from zhike_desk.ui.why import Driver, Explained, Why, driven

_OF = ("logic", "stage", "quadrant")
Graded = Sequence[tuple[str, Group]]


def classes(query: Mapping[str, str]) -> dict[str, str]:
    """Read which figure of the map is asked about: its logic and stage, or one of them, or its quadrant; raise Refused for what the map doesn't have."""
    found = {name: query[name] if query[name] != NONE else "" for name in _OF if query.get(name)}
    if (
        not found
        or ("quadrant" in found and len(found) > 1)
        or any(v and v not in clients.CHOICES[n] for n, v in found.items())
    ):
        raise Refused(say("没有这样的格子。", "There is no such cell."))
    return found


def whole(found: SegmentMap, show: str, night: date) -> Why:
    """Say what the map adds up, and where most of it lies."""
    meaning = told(
        "每格为该逻辑、该阶段客户的合计，行列与总计由格子相加；下列为最大的几格。",
        "Each cell sums the clients of a logic and a stage; rows, columns and the total add cells up. Below are the largest.",
    )
    return Why(meaning, night, _cells(found, show, {}), _change(), _model(), "logic")


def spot(
    found: SegmentMap, show: str, of: Mapping[str, str], graded: Graded, night: date
) -> tuple[str, Explained]:
    """Return what a figure of the map is called, and why it is what it is."""
    title = " · ".join(class_name(name, value) for name, value in of.items())
    if "quadrant" in of:
        group = found.quadrants.get(of["quadrant"], NOBODY)
        parts, meaning = _grades(graded, show), _placed(group) + _below(graded)
        why = Why(meaning, night, parts, _crossing(), told("价值模型", "the model of value"), "value")
    elif len(of) == 2:
        group = found.cells.get((of["logic"], of["stage"]), NOBODY)
        meaning = _held_beside(found, group, of) + _below(graded)
        why = Why(meaning, night, _grades(graded, show), _change(), _model(), "logic")
    else:
        sums = found.logics if "logic" in of else found.stages
        group = sums.get(next(iter(of.values())), NOBODY)
        meaning = told(
            "该行（列）各格相加，不足 5 位而未列的不计；下列为最大的几格。",
            "Its cells added up, without those too few to be told; below are the largest.",
        )
        why = Why(meaning, night, _cells(found, show, of), _change(), _model(), "logic")
    return title, Explained(figure_name(show), text(group, show), unit(show), why)


def _cells(found: SegmentMap, show: str, of: Mapping[str, str]) -> list[Driver]:
    """Return the cells of a row, of a column, or of the whole, as what adds up to it."""
    parts = []
    for (logic, stage), group in found.cells.items():
        own = {"logic": logic, "stage": stage}
        if not group.hidden and all(own[name] == value for name, value in of.items()):
            words = " · ".join(class_name(name, value) for name, value in own.items() if name not in of)
            parts.append((words, group))
    return _parts(sorted(parts, key=lambda part: -(getattr(part[1], show) or 0.0)), show)


def _grades(graded: Graded, show: str) -> list[Driver]:
    return _parts([(class_name("grade", grade), group) for grade, group in graded], show)


def _parts(groups: Graded, show: str) -> list[Driver]:
    def signed(group: Group) -> str:
        return ("+" if (getattr(group, show) or 0) > 0 else "") + text(group, show)

    return driven((name, float(getattr(group, show) or 0.0), signed(group)) for name, group in groups)


def _below(graded: Graded) -> str:
    """Say what the drivers are; that there are none where a grade is too few to be told."""
    if graded:
        return told("下列按等级相加。", " Below by grade.")
    return told(
        "有的等级不足 5 位，不列等级构成。", " A grade holds fewer than 5: what each grade adds isn't told."
    )


def _held_beside(found: SegmentMap, group: Group, of: Mapping[str, str]) -> str:
    """Say how many there would be if logic and stage had nothing to do with each other."""
    row, column = found.logics.get(of["logic"], NOBODY), found.stages.get(of["stage"], NOBODY)
    here, all_ = group.clients or 0, found.total.clients or 0
    if not all_ or group.hidden:
        return told("该逻辑、该阶段的客户合计。", "The clients of this logic and stage together.")
    usual = (row.clients or 0) * (column.clients or 0) / all_
    beyond = minus(f"{here - usual:+,.0f}")
    return told(
        f"该逻辑、该阶段的客户合计，共 {here:,} 位。若逻辑与阶段互不相关，这里约有 {usual:,.0f} 位，实际相差 {beyond} 位。",
        f"The clients of this logic and stage together: {here:,}. Had logic and stage nothing to do with each other there would be about {usual:,.0f}: {beyond}.",
    )


def _placed(group: Group) -> str:
    return told(
        f"当前价值与潜在价值两项得分各自达到或未达界线的客户，共 {counted(group.clients)} 位。",
        f"Clients by whether current and potential value reach the model's borders: {counted(group.clients)}.",
    )


def _crossing() -> str:
    return told(
        "客户的任何一项得分越过界线；发布新的价值模型。",
        "a client's score crossing a border; a new model of value.",
    )


def _change() -> str:
    return told(
        "客户的逻辑、阶段、等级每夜重新判定；金额随行情与资金进出变化。",
        "logic, stage and grade are judged anew every night; money moves with the market and with flows.",
    )


def _model() -> str:
    return told("盈利逻辑、生命周期与价值模型", "the models of logic, life cycle and value")
