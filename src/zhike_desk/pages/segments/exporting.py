"""Taking the map out as a file of counts and sums: what the viewer has on the page, and no row of a client."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from zhike.base.text import say
from zhike_desk.gate import viewer_of
from zhike_desk.pages.segments.context import LOGICS, STAGES
from zhike_desk.pages.segments.writing import class_name
from zhike_desk.records import clock
from zhike_desk.records.actions import exports
from zhike_desk.records.queries import segments as query
from zhike_desk.records.queries.segments import LEAST, SegmentMap
from zhike_desk.records.refusals import Refused
from zhike_desk.records.sheets import Column, Form
from zhike_desk.ui.frame import night_of
from zhike_desk.ui.speech import language, told


@require_POST
def export(request: HttpRequest) -> HttpResponse:
    """Give the map as a file, with its watermark; it is written down in the log."""
    viewer, night = viewer_of(request), night_of(request)
    if night is None:
        raise Refused(say("还没有夜间运行过。", "No night has run yet."))
    state = query.asked(viewer, dict(request.GET.lists()))
    found = exports.aggregated(
        "segments",
        form=cast("Form", request.POST.get("form", "")),
        columns=_columns(),
        rows=_rows(query.segments(viewer, state)),
        purpose=request.POST.get("purpose", ""),
        language=language(),
        by=viewer,
        at=clock.now(night),
    )
    response = HttpResponse(found.content, content_type=found.media_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{found.name}"'
    return response


def _columns() -> list[Column]:
    return [
        Column(told("盈利逻辑", "Logic"), "text"),
        Column(told("阶段", "Stage"), "text"),
        Column(told("客户数", "Clients"), "number"),
        Column(told("净资产（元）", "Net assets (CNY)"), "number"),
        Column(told("近12月创收（元）", "Revenue, 12 m (CNY)"), "number"),
        Column(told("说明", "Remark"), "text"),
    ]


def _rows(found: SegmentMap) -> Iterator[list[Any]]:
    few = told(f"不足 {LEAST} 位，不列数字", f"fewer than {LEAST}: not told")
    for logic in LOGICS:
        for stage in STAGES:
            group = found.cells.get((logic, stage))
            if group is not None:
                numbers = [group.clients, group.assets, group.revenue]
                yield [
                    class_name("logic", logic),
                    class_name("stage", stage),
                    *numbers,
                    few if group.hidden else "",
                ]
