"""The overview of models and panels, one version, one panel."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from zhike_desk.gate import viewer_of
from zhike_desk.pages.ahp import context, panels
from zhike_desk.records.queries import ahp as query
from zhike_desk.records.queries import drafts, trials, value_models
from zhike_desk.records.viewer import Viewer
from zhike_desk.ui.speech import said


@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    """Show the models in force with their weights, the panels, all versions."""
    viewer = viewer_of(request)
    shown_by = value_models.shown_by()
    versions = [context.model(v, shown_by) for v in value_models.known(viewer)]
    lines = [context.panel_line(row) for row in query.panels(viewer)]
    return render(
        request,
        "ahp/ahp.html",
        {
            "in_force": [v for v in versions if v.in_force],
            "versions": versions,
            "under_way": [line for line in lines if line.state in ("judging", "asked")],
            "ended": [line for line in lines if line.state not in ("judging", "asked")],
            "waiting": [line for line in lines if line.mine_left],
            "leads": viewer.may("ahp.lead") is not None,
        },
    )


@require_GET
def version(request: HttpRequest, name: str) -> HttpResponse:
    """Show a version whole; with `against=`, only where its weights differ from those of another."""
    viewer = viewer_of(request)
    found = context.model(value_models.version(viewer, name))
    against = request.GET.get("against", "")
    others = [v.name for v in value_models.known(viewer) if v.name != name]
    changed = None
    if against:
        changed = [context.block(node) for node in value_models.difference(viewer, against, name)]
    around = {"model": found, "against": against, "others": others, "changed": changed}
    return render(request, "ahp/version.html", around)


@require_GET
def trial(request: HttpRequest, number: int) -> HttpResponse:
    """Show how the trial of a panel's draft goes, or what it found; polled while it runs."""
    viewer = viewer_of(request)
    view = query.panel(viewer, number)
    around = _trial(viewer, view) | {"panel": panels.head(view)}
    around["leads"] = view.open and viewer.may("ahp.lead") is not None
    return render(request, "ahp/trial.html", around)


def _trial(viewer: Viewer, view: query.PanelView) -> dict[str, Any]:
    running = trials.newest(viewer, view.id)
    return {
        "trial": panels.trial(view, trials.seen_movers(viewer, view.diff)),
        "trying": running is not None and running.running,
        "failed": said(running.error) if running is not None and running.error else "",
    }


@require_GET
def panel(request: HttpRequest, number: int) -> HttpResponse:
    """Show a panel: who has judged, what all say together of the node chosen, what stands in the way of publishing."""
    viewer = viewer_of(request)
    view = query.panel(viewer, number)
    key = request.GET.get("node") or view.nodes[0].node.key
    node, joint = view.node(key), query.joint(view, key)
    leads = view.open and viewer.may("ahp.lead") is not None
    around = _trial(viewer, view) | {
        "panel": panels.head(view),
        "nodes": panels.nodes(view, key),
        "joint": panels.joint(node, joint) if joint else None,
        "node_label": panels.label(node),
        "node_judge_url": reverse("ahp_judge", args=[number, node.key]),
        "experts": panels.experts(view),
        "leads": leads,
    }
    if view.waiting is not None and view.sees_all:
        asked = value_models.change(viewer, view.document, view.waiting.document)
        around["changed"] = [context.block(n) for n in asked]
    if leads:
        version = drafts.next_version(view.kind)
        draft = drafts.of(view.heard, {e: weight for e, _, weight in view.voices}, version)
        around |= {
            "people": query.people(viewer, number),
            "obstacles": panels.sentences(draft.obstacles),
            "judged_nodes": len(draft.judged),
            "next_version": version,
            "publishes": viewer.may("ahp.publish") is not None,
            "stale": bool(view.diff) and view.diff.get("of") != draft.digest,
        }
    return render(request, "ahp/joint.html" if request.htmx.target == "joint" else "ahp/panel.html", around)  # type: ignore[attr-defined]
