"""Judging pair by pair, or as a matrix: each answer is saved at once and what it gives is shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from zhike_desk.gate import viewer_of
from zhike_desk.pages.ahp import scale
from zhike_desk.pages.ahp.context import table, width
from zhike_desk.pages.ahp.panels import NodeLine, head, label, nodes, worst
from zhike_desk.records import clock
from zhike_desk.records.actions.judgements import judge as save
from zhike_desk.records.actions.writing import Conflict, Done, Refused
from zhike_desk.records.queries import ahp as query
from zhike_desk.records.queries.ahp import Entry, PanelView, Sheet
from zhike_desk.records.valuing import drafting
from zhike_desk.ui.speech import said, told
from zhike_desk.ui.templatetags import zhike as writing

_STEPS = frozenset(str(step) for step in scale.STEPS)


@dataclass(frozen=True, slots=True)
class Pair:
    """One pair before the expert: its place, both names, the slider's step, what that says, the version it was saved at."""

    k: int
    left: str
    right: str
    step: int
    judged: bool
    told: str
    written: str
    inverse: str
    version: int
    here: bool
    worst: bool
    i: int
    j: int

    @property
    def lean(self) -> str:
        """Name the side that matters more: `left`, `right`, `equal`; empty where nothing was judged."""
        if not self.judged:
            return ""
        return "equal" if self.step == 0 else "left" if self.step < 0 else "right"


@dataclass(frozen=True, slots=True)
class Live:
    """What the judgements of the node give now."""

    weighed: bool
    sentence: str
    bars: Sequence[tuple[str, str, str]]
    count: int
    pairs: int
    needed: int
    lambda_max: str
    ratio: str
    table: str
    most: str
    good: bool
    worst: str
    worst_pair: int | None
    filled: Sequence[str]


@require_GET
def judge(request: HttpRequest, number: int, key: str) -> HttpResponse:
    """Show a node's pair (`?pair=`, from 1), or its matrix (`?as=matrix`); only the sheet when the page is already there."""
    place = _place(request.GET.get("pair", ""))
    return _page(request, number, key, None if place is None else max(0, place - 1))


@require_POST
def answer(request: HttpRequest, number: int, key: str) -> HttpResponse:
    """Save one pair: `do` is save (stay), next (save what was touched, go on) or skip (not judged, go on)."""
    viewer = viewer_of(request)
    _, sheet = query.sheet(viewer, number, key)
    k, do = _place(request.POST.get("k", "")), request.POST.get("do", "save")
    if k is None or k >= len(sheet.entries):
        raise Http404
    entry, done = sheet.entries[k], None
    if do == "skip" or request.POST.get("touched") == "1":
        value = None if do == "skip" else _value(request.POST.get("step", ""))
        seen = request.POST.get("seen", "")
        try:
            done = save(
                number, key, entry.left, entry.right, value,
                seen=int(seen) if seen.isdecimal() else 0, by=viewer, at=clock.now(),
            )  # fmt: skip
        except Conflict as error:
            return _conflict(request, number, key, k, entry, sheet, error)
    if do == "save" and request.htmx:  # type: ignore[attr-defined]
        return _live(request, number, key, k, done)
    if request.htmx:  # type: ignore[attr-defined]
        return _page(request, number, key, k + 1, done)
    return redirect(f"{reverse('ahp_judge', args=[number, key])}?pair={min(k + 2, len(sheet.entries) + 1)}")


def _page(
    request: HttpRequest, number: int, key: str, k: int | None, done: Done | None = None
) -> HttpResponse:
    view, sheet = query.sheet(viewer_of(request), number, key)
    matrix = (request.GET.get("as") or request.POST.get("as")) == "matrix"
    place = _first_open(sheet) if k is None else k
    lines = nodes(view, key)
    around = _around(number, view, sheet, place) | {
        "node_label": label(sheet.node),
        "rows": _matrix(sheet) if matrix else (),
        "was": _before(view, sheet, place),
        "matrix": matrix,
        "options": scale.options(),
        "onward": _onward(lines),
    }
    part = request.htmx.target == "sheet"  # type: ignore[attr-defined]
    response = render(request, "ahp/part.html" if part else "ahp/judge.html", around)
    if part and not matrix:
        response.headers["HX-Push-Url"] = f"{around['judge_url']}?pair={place + 1}"
    return _told(response, done)


def _before(view: PanelView, sheet: Sheet, k: int) -> str:
    """Say what the version the panel began with holds of a pair."""
    if k >= len(sheet.entries):
        return ""
    (i, j), names = sheet.node.pairs[k], [said(c.label) for c in sheet.node.criteria]
    value = drafting.judged_before(drafting.tree(view.document), sheet.node)[i][j]
    return _in_words(names[i], names[j], value)


def _live(request: HttpRequest, number: int, key: str, k: int, done: Done | None) -> HttpResponse:
    """Answer an autosave: what the judgements give, and the pair's new version and mark, each in its place; the slider stays."""
    view, sheet = query.sheet(viewer_of(request), number, key)
    around = _around(number, view, sheet, k) | {"matrix": request.POST.get("as") == "matrix"}
    response = render(request, "ahp/saved.html", around)
    response.headers["HX-Retarget"] = "#live"
    response.headers["HX-Reswap"] = "outerHTML"
    return _told(response, done)


def _told(response: HttpResponse, done: Done | None) -> HttpResponse:
    """Give the page the code by which the last answer is undone (Ctrl+Z and the button take it)."""
    if done is not None and done.undo:
        response.headers["HX-Trigger"] = f'{{"ahp:saved": {{"undo": "{done.undo}"}}}}'
    return response


def _conflict(
    request: HttpRequest, number: int, key: str, k: int, entry: Entry, sheet: Sheet, error: Conflict
) -> HttpResponse:
    left, right = said(sheet.node.label_of(entry.left)), said(sheet.node.label_of(entry.right))
    around = {
        "url": f"{reverse('ahp_judge', args=[number, key])}?pair={k + 1}",
        "answer_url": reverse("ahp_answer", args=[number, key]),
        "k": k,
        "version": error.version,
        "step": request.POST.get("step", ""),
        "theirs": _in_words(left, right, error.theirs["value"]),
        "mine": _in_words(left, right, error.mine["value"]),
    }
    response = render(request, "ahp/conflict.html", around, status=409)
    response.headers["HX-Retarget"] = "#live"
    response.headers["HX-Reswap"] = "outerHTML"
    return response


def _in_words(left: str, right: str, value: float | None) -> str:
    return told("不作判断", "not judged") if value is None else scale.sentence(left, right, value)


def _onward(lines: Sequence[NodeLine]) -> NodeLine | None:
    """Return the next node with pairs left, after this one first."""
    here = next(k for k, line in enumerate(lines) if line.here)
    return next((line for line in [*lines[here + 1 :], *lines[:here]] if line.mine < line.pairs), None)


def _around(number: int, view: PanelView, sheet: Sheet, k: int) -> dict[str, Any]:
    pairs = _pairs(sheet, k)
    return {
        "panel": head(view),
        "nodes": nodes(view, sheet.node.key),
        "pairs": pairs,
        "pair": pairs[k] if k < len(pairs) else None,
        "words": scale.sentences(pairs[k].left, pairs[k].right) if k < len(pairs) else (),
        "live": _judged(sheet),
        "judge_url": reverse("ahp_judge", args=[number, sheet.node.key]),
        "answer_url": reverse("ahp_answer", args=[number, sheet.node.key]),
        "before": k if k > 0 else 0,
        "after": k + 2,
    }


def _pairs(sheet: Sheet, here: int) -> list[Pair]:
    found = sheet.judged.worst
    return [
        _pair(sheet, k, e, k == here, found is not None and sheet.node.pairs[k] == (found.i, found.j))
        for k, e in enumerate(sheet.entries)
    ]


def _pair(sheet: Sheet, k: int, e: Entry, here: bool, is_worst: bool) -> Pair:
    left, right = said(sheet.node.label_of(e.left)), said(sheet.node.label_of(e.right))
    written = "" if e.value is None else scale.written(e.value)
    inverse = "" if e.value is None else scale.written(1 / e.value)
    words = told("尚未判断", "not judged yet") if e.value is None else scale.sentence(left, right, e.value)
    step = 0 if e.value is None else scale.step_of(e.value)
    i, j = sheet.node.pairs[k]
    return Pair(
        k, left, right, step, e.value is not None, words, written, inverse, e.version, here, is_worst, i, j
    )


def _matrix(sheet: Sheet) -> list[tuple[str, list[tuple[str, Pair | None]]]]:
    """Lay the pairs out: a row a criterion; a cell is `judge` above the diagonal, `same` on it, `inverse` below."""
    pairs = {(p.i, p.j): p for p in _pairs(sheet, -1)}
    names = [said(c.label) for c in sheet.node.criteria]
    out = []
    for i, name in enumerate(names):
        cells: list[tuple[str, Pair | None]] = []
        for j in range(len(names)):
            kind = "same" if i == j else "judge" if i < j else "inverse"
            cells.append((kind, pairs.get((min(i, j), max(i, j)))))
        out.append((name, cells))
    return out


def _judged(sheet: Sheet) -> Live:
    found, names = sheet.judged, [said(c.label) for c in sheet.node.criteria]
    pair = (found.worst.i, found.worst.j) if found.worst else None
    return Live(
        found.weights is not None,
        _sentence(found.count, found.pairs, found.needed, found.acceptable),
        _bars(names, found.weights),
        found.count,
        found.pairs,
        found.needed,
        "—" if found.lambda_max is None else f"{found.lambda_max:.3f}",
        "—" if found.ratio is None else f"{found.ratio:.3f}",
        table(found.table),
        f"{found.most:.2f}",
        found.acceptable,
        worst(names, found),
        None if pair is None else sheet.node.pairs.index(pair) + 1,
        [f"{names[i]} : {names[j]} = {scale.written(v)}" for i, j, v in found.filled],
    )


def _sentence(count: int, pairs: int, needed: int, good: bool) -> str:
    if needed:
        return told(
            f"已判断 {count} / {pairs} 对；再判断 {needed} 对即可得出权重。",
            f"{count} of {pairs} judged; {needed} more give weights.",
        )
    if good:
        return told(
            f"已判断 {count} / {pairs} 对，前后一致。", f"{count} of {pairs} judged, consistent enough."
        )
    return told(
        f"已判断 {count} / {pairs} 对，彼此矛盾较大，请复核。",
        f"{count} of {pairs} judged; they contradict each other, please look again.",
    )


def _bars(names: Sequence[str], weights: Sequence[float] | None) -> list[tuple[str, str, str]]:
    if weights is None:
        return []
    order = sorted(range(len(names)), key=lambda k: -weights[k])
    return [(names[k], writing.percent(weights[k]), width(weights[k])) for k in order]


def _first_open(sheet: Sheet) -> int:
    return next((k for k, e in enumerate(sheet.entries) if e.value is None), 0)


def _place(text: str) -> int | None:
    """Read a place: pairs are counted from 1 in addresses, from 0 in forms."""
    return int(text) if text.isdecimal() and len(text) < 5 else None


def _value(step: str) -> float | None:
    if step == "":
        return None
    if step not in _STEPS:
        raise Refused(scale.OFF_SCALE)
    return scale.value_of(int(step))
