"""Panels of experts: which there are, who still has to judge, what one has judged, what all say together.

Who leads (`ahp.lead`) and who checks (compliance) see every panel and every voice. An expert sees the panels they are
invited to; of the others' judgements nothing until their own reach every criterion of the node, and never who said what.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Q, QuerySet

from zhike_desk.records.models import Approval, Expert, Panel, User
from zhike_desk.records.valuing import drafting, judged
from zhike_desk.records.valuing.drafting import Matrix, Node
from zhike_desk.records.valuing.judged import Joint, Judged
from zhike_desk.records.viewer import Denied, Viewer

JUDGES = ("manager", "adviser", "head", "analyst")


@dataclass(frozen=True, slots=True)
class PanelRow:
    """A panel in the list: how many pairs its experts have judged of all they could, how many `mine` (None: not invited)."""

    id: int
    name: str
    kind: str
    base: str
    state: str
    by: str
    created_at: datetime
    published_as: str
    experts: int
    judged: int
    pairs: int
    mine: int | None
    pairs_each: int


@dataclass(frozen=True, slots=True)
class ExpertRow:
    """An expert of a panel: the weight of the voice, pairs judged of all, when they last judged, when they were reminded."""

    id: int
    version: int
    user_id: int
    name: str
    role: str
    weight: float
    judged: int
    pairs: int
    last: datetime | None
    reminded_at: datetime | None
    me: bool


@dataclass(frozen=True, slots=True)
class NodeState:
    """A node, and how far it is: pairs judged by anybody, what the joint judgements give (None: nobody, the base stands)."""

    node: Node
    mine: int
    joint: Judged | None

    @property
    def state(self) -> str:
        """Name how it stands: `base` unjudged, `apart` comparisons missing, `contradicting` beyond the limit, `ready`."""
        if self.joint is None:
            return "base"
        if self.joint.weights is None:
            return "apart"
        return "ready" if self.joint.acceptable else "contradicting"


@dataclass(frozen=True, slots=True)
class Waiting:
    """A publication that somebody asked for and nobody has decided yet."""

    approval: int
    by: str
    mine: bool
    version: str
    asked_at: datetime
    document: str
    decidable: bool


@dataclass(frozen=True, slots=True)
class Row:
    """One judgement as it is kept."""

    expert: int
    node: str
    left: str
    right: str
    value: float | None
    version: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Heard:
    """All that was judged of a document."""

    document: str
    rows: tuple[Row, ...]

    def matrices(self) -> dict[tuple[int, str], Matrix]:
        """Return what each expert judged, by (expert, node)."""
        nodes = {node.key: node for node in drafting.nodes_of(self.document)}
        values: dict[tuple[int, str], dict[tuple[str, str], float | None]] = {}
        for row in self.rows:
            if row.node in nodes:
                values.setdefault((row.expert, row.node), {})[row.left, row.right] = row.value
        return {place: matrix_of(nodes[place[1]], pairs) for place, pairs in values.items()}


@dataclass(frozen=True, slots=True)
class PanelView:
    """One panel, as the viewer may see it; `expert` is the viewer's own number among its experts.

    `voices` (number, name, weight) and `heard` hold what everybody judged, for `joint` and drafts: names are numbers where
    the viewer may not know who said what.
    """

    id: int
    version: int
    name: str
    kind: str
    base: str
    state: str
    by: str
    created_at: datetime
    published_as: str
    document: str
    nodes: tuple[NodeState, ...]
    experts: tuple[ExpertRow, ...]
    expert: int | None
    waiting: Waiting | None
    diff: dict[str, Any]
    sees_all: bool
    voices: tuple[tuple[int, str, float], ...]
    heard: Heard

    @property
    def open(self) -> bool:
        """Tell whether it can still be judged."""
        return self.state == "judging" and self.waiting is None

    def node(self, key: str) -> Node:
        """Return a node by key; raise Denied where there is none."""
        return node_of(self.document, key)


@dataclass(frozen=True, slots=True)
class Entry:
    """One pair as an expert judged it: None stands for "not judged", version 0 for never saved."""

    left: str
    right: str
    value: float | None
    version: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """One node before one expert: each pair's entry in the order of the node's pairs, and what they give."""

    node: Node
    entries: tuple[Entry, ...]
    judged: Judged


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who can be invited."""

    id: int
    name: str
    role: str
    branch_id: str


def visible(viewer: Viewer, action: str = "ahp.view") -> QuerySet[Panel]:
    """Return the panels `viewer` may do `action` with: one's own invitations, or all of them."""
    cell = viewer.need(action)
    found = Panel.objects.select_related("by")
    if cell.scope == "own":
        return found.filter(pk__in=Expert.objects.filter(user_id=viewer.user_id).values("panel_id"))
    return found


def panels(viewer: Viewer) -> tuple[PanelRow, ...]:
    """Return the panels the viewer may see, those under way first, then the newest."""
    found = list(visible(viewer).order_by("-id")[:100])
    done = Count("judgements", filter=Q(judgements__value__isnull=False))
    experts: dict[int, list[Any]] = {}
    for expert in Expert.objects.filter(panel__in=found).annotate(done=done):
        experts.setdefault(expert.panel_id, []).append(expert)
    wait = set(_asked().values_list("payload__panel", flat=True))
    rows = [_row(viewer, p, "asked" if p.pk in wait else p.state, experts.get(p.pk, [])) for p in found]
    return tuple(sorted(rows, key=lambda r: r.state not in ("judging", "asked")))


def _row(viewer: Viewer, panel: Panel, state: str, experts: Sequence[Any]) -> PanelRow:
    pairs, own = pairs_in(panel.document["toml"]), [e for e in experts if e.user_id == viewer.user_id]
    return PanelRow(
        panel.pk, panel.name, panel.kind, panel.base_version, state, name_of(panel.by), panel.created_at,
        panel.published_as, len(experts), sum(e.done for e in experts), pairs * len(experts),
        own[0].done if own else None, pairs,
    )  # fmt: skip


def pairs_in(document: str) -> int:
    """Count the pairs of all nodes of a draft."""
    return sum(len(node.pairs) for node in drafting.nodes_of(document))


def panel(viewer: Viewer, number: int) -> PanelView:
    """Return one panel; raise Denied where the viewer may not see it, or there is none."""
    found = visible(viewer).filter(pk=number).first()
    if found is None:
        raise Denied("ahp.view")
    heard = judgements_of(found)
    experts = tuple(_experts(viewer, found, heard))
    own = next((e.id for e in experts if e.me), None)
    sees_all = viewer.need("ahp.view").scope != "own"
    text = found.document["toml"]
    return PanelView(
        found.pk, found.version, found.name, found.kind, found.base_version, found.state, name_of(found.by),
        found.created_at, found.published_as, text, _states(text, experts, heard, own, sees_all),
        experts if sees_all else tuple(e for e in experts if e.me), own, waiting(viewer, found.pk), found.diff,
        sees_all, tuple((e.id, e.name if sees_all else f"#{k + 1}", e.weight) for k, e in enumerate(experts)), heard,
    )  # fmt: skip


def judgements_of(found: Panel) -> Heard:
    """Read every judgement of a panel, in one query."""
    return Heard(
        found.document["toml"],
        tuple(
            Row(*row)
            for row in found.judgements.values_list(
                "expert_id", "parent", "left", "right", "value", "version", "changed_at"
            )
        ),
    )


def _experts(viewer: Viewer, found: Panel, heard: Heard) -> Iterable[ExpertRow]:
    pairs = pairs_in(found.document["toml"])
    for e in found.experts.select_related("user").order_by("id"):
        own = [row for row in heard.rows if row.expert == e.pk]
        yield ExpertRow(
            e.pk, e.version, e.user_id, name_of(e.user), e.user.role, e.weight, sum(r.value is not None for r in own),
            pairs, max((r.at for r in own), default=None), e.reminded_at, e.user_id == viewer.user_id,
        )  # fmt: skip


def _states(
    text: str, experts: Sequence[ExpertRow], heard: Heard, own: int | None, sees_all: bool
) -> tuple[NodeState, ...]:
    entries, weights = heard.matrices(), {e.id: e.weight for e in experts}
    out = []
    for node in drafting.nodes_of(text):
        mine = entries.get((own, node.key)) if own is not None else None
        count = 0 if mine is None else judged.judged(mine, advise=False).count
        joined = together(entries, weights, node.key) if sees_all else None
        out.append(NodeState(node, count, judged.judged(joined, advise=False) if joined else None))
    return tuple(out)


def together(
    entries: Mapping[tuple[int, str], Matrix], weights: Mapping[int, float], key: str
) -> Matrix | None:
    """Join what the experts of a panel judged under a node; None where nobody with a weight has judged anything."""
    found = [(weights[e], m) for (e, k), m in sorted(entries.items()) if k == key and judged.any_judged(m)]
    return judged.joined(tuple(found)) if any(weight > 0 for weight, _ in found) else None


def matrix_of(node: Node, values: Mapping[tuple[str, str], float | None]) -> Matrix:
    """Lay out judgements of pairs as a matrix: above the diagonal what was judged, None elsewhere."""
    items = node.items
    return tuple(
        tuple(1.0 if i == j else values.get((a, b)) if i < j else None for j, b in enumerate(items))
        for i, a in enumerate(items)
    )


def joint(view: PanelView, key: str) -> Joint | None:
    """Return what a panel's experts say of a node together; None where there is nothing, or it isn't the viewer's to see yet.

    Who sees their own invitations only sees no names: experts are numbered as they were invited.
    """
    entries = view.heard.matrices()
    if not view.sees_all:
        own = entries.get((view.expert or 0, key))
        if own is None or judged.judged(own, advise=False).needed:
            return None
    names = [name for _, name, _ in view.voices]
    heard = [
        (name if names.count(name) == 1 else f"{name} #{k + 1}", weight, entries[e, key])
        for k, (e, name, weight) in enumerate(view.voices)
        if (e, key) in entries
    ]
    return judged.joint(tuple(heard))


def sheet(viewer: Viewer, number: int, key: str) -> tuple[PanelView, Sheet]:
    """Return a node before the viewer as one of the panel's experts; raise Denied where they aren't one."""
    viewer.need("ahp.judge")
    view = panel(viewer, number)
    if view.expert is None:
        raise Denied("ahp.judge")
    node = view.node(key)
    saved = {(r.left, r.right): r for r in view.heard.rows if r.expert == view.expert and r.node == key}
    entries = []
    for i, j in node.pairs:
        pair = (node.items[i], node.items[j])
        row = saved.get(pair)
        entries.append(Entry(*pair, row.value if row else None, row.version if row else 0))
    matrix = matrix_of(node, {(e.left, e.right): e.value for e in entries})
    return view, Sheet(node, tuple(entries), judged.judged(matrix))


def node_of(document: str, key: str) -> Node:
    """Return a draft's node by key; raise Denied where there is none."""
    for node in drafting.nodes_of(document):
        if node.key == key:
            return node
    raise Denied("ahp.view")


def waiting(viewer: Viewer, number: int) -> Waiting | None:
    """Return the publication of a panel that waits for a second person; None where none does."""
    found = asked(number).select_related("asked_by").first()
    if found is None:
        return None
    return Waiting(
        found.pk, name_of(found.asked_by), found.asked_by_id == viewer.user_id, str(found.payload["version"]), found.created_at,
        str(found.payload["document"]), viewer.may("ahp.approve") is not None and found.asked_by_id != viewer.user_id,
    )  # fmt: skip


def asked(number: int) -> QuerySet[Approval]:
    """Return the requests to publish a panel that nobody has decided."""
    return _asked().filter(payload__panel=number).order_by("-id")


def _asked() -> QuerySet[Approval]:
    return Approval.objects.filter(action="ahp.publish", state="asked")


def people(viewer: Viewer, number: int | None = None) -> tuple[Person, ...]:
    """Return who can be invited (to a panel: whoever isn't yet): a head sees their branch and who belongs to none."""
    cell = viewer.need("ahp.lead")
    found = User.objects.filter(is_active=True, role__in=JUDGES)
    if cell.scope == "branch":
        found = found.filter(Q(branch_id=viewer.branch_id) | Q(branch_id=""))
    if number is not None:
        found = found.exclude(pk__in=Expert.objects.filter(panel_id=number).values("user_id"))
    return tuple(
        Person(u.pk, name_of(u), u.role, u.branch_id) for u in found.order_by("role", "username")[:300]
    )


def name_of(user: User) -> str:
    """Return what somebody is called."""
    return user.display_name or user.username
