"""What a panel's page shows, as plain values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from zhike.base.text import Said
from zhike.models.ahp import GroupSettings
from zhike_desk.pages.ahp import scale
from zhike_desk.pages.ahp.context import kind_word, state_word, table, width
from zhike_desk.records.queries.ahp import ExpertRow, NodeState, PanelView
from zhike_desk.records.queries.trials import SeenMover
from zhike_desk.records.valuing import drafting
from zhike_desk.records.valuing.drafting import Node
from zhike_desk.records.valuing.judged import Differing, Joint, Judged, Room, Voice
from zhike_desk.ui.figures import minus
from zhike_desk.ui.speech import said, told
from zhike_desk.ui.templatetags import zhike as writing
from zhike_desk.ui.words import word

_MOVES = 12
_MOVERS = 12


@dataclass(frozen=True, slots=True)
class Head:
    """The panel itself: what may be done with it, what it waits for."""

    id: int
    version: int
    name: str
    kind: str
    base: str
    state: str
    state_word: str
    by: str
    created: str
    open: bool
    judge_url: str
    mine_left: int
    published_as: str
    waiting: str
    approval: str
    sees_all: bool
    expert: bool


@dataclass(frozen=True, slots=True)
class NodeLine:
    """A node in the list: how deep, mine judged of all, how the joint judgements stand, in a word and a tone."""

    key: str
    name: str
    logic: str
    depth: int
    here: bool
    mine: int
    pairs: int
    state: str
    state_word: str
    tone: str
    ratio: str


@dataclass(frozen=True, slots=True)
class JointBar:
    """A criterion's joint weight, by joined judgements and by joined priorities, and how far it can move."""

    name: str
    share: str
    width: str
    priorities: str
    low: str
    high: str
    room_width: str
    room: str


@dataclass(frozen=True, slots=True)
class VoiceLine:
    """One expert's line under a node."""

    name: str
    weight: str
    judged: str
    ratio: str
    good: bool
    distance: str


@dataclass(frozen=True, slots=True)
class JointView:
    """What all say together of a node."""

    sentence: str
    bars: Sequence[JointBar]
    ratio: str
    lambda_max: str
    table: str
    good: bool
    weighed: bool
    needed: int
    agreement: str
    level: str
    voices: Sequence[VoiceLine]
    differing: Sequence[str]
    worst: str


@dataclass(frozen=True, slots=True)
class ExpertLine:
    """An expert: how far, when last, when reminded."""

    id: int
    version: int
    name: str
    role: str
    weight: str
    judged: int
    pairs: int
    left: int
    last: str
    reminded: str
    me: bool


@dataclass(frozen=True, slots=True)
class Trial:
    """Who would move if the draft were published: a table of grades and the farthest movers, for each kind of client."""

    sentence: str
    against: str
    night: str
    changes: Sequence[Mapping[str, Any]]


def head(view: PanelView) -> Head:
    """Turn a panel into its head; `judge_url` leads to the first node with pairs of mine left."""
    left = [s for s in view.nodes if s.mine < len(s.node.pairs)]
    first = (left or list(view.nodes))[0].node.key
    mine_left = sum(len(s.node.pairs) - s.mine for s in view.nodes) if view.expert is not None else 0
    wait = view.waiting
    state = "asked" if wait else view.state
    return Head(
        view.id, view.version, view.name, kind_word(view.kind), view.base, state, state_word(state), view.by,
        writing.day(view.created_at), view.open, reverse("ahp_judge", args=[view.id, first]), mine_left,
        view.published_as, _waiting(view), _decision(view), view.sees_all, view.expert is not None,
    )  # fmt: skip


def _waiting(view: PanelView) -> str:
    wait = view.waiting
    if wait is None:
        return ""
    return told(
        f"{wait.by} 于 {writing.moment(wait.asked_at)} 申请发布为 {wait.version}，等待另一人复核；在此之前判断不可更改。",
        f"{wait.by} asked on {writing.moment(wait.asked_at)} to publish it as {wait.version}; a second person decides, until then nothing changes.",
    )


def _decision(view: PanelView) -> str:
    """Name what the viewer can do about a publication that waits; empty: nothing."""
    if view.waiting is None:
        return ""
    if view.waiting.mine:
        return told("查看或撤回申请", "See or withdraw the request")
    return told("去复核", "Decide") if view.waiting.decidable else ""


def nodes(view: PanelView, here: str) -> list[NodeLine]:
    """Turn the nodes into the list one chooses from."""
    return [_node(state, here) for state in view.nodes]


def _node(state: NodeState, here: str) -> NodeLine:
    node = state.node
    words = {
        "base": (told("沿用原判断", "As in the base"), ""),
        "apart": (told("判断不足", "More needed"), "note"),
        "contradicting": (told("矛盾过大", "Contradicting"), "care"),
        "ready": (told("可用", "Ready"), "good"),
    }[state.state]
    ratio = state.joint.ratio if state.joint else None
    return NodeLine(
        node.key, label(node), node.logic and word("logic", node.logic), len(node.path) - 1, node.key == here,
        state.mine, len(node.pairs), state.state, *words, "—" if ratio is None else f"{ratio:.3f}",
    )  # fmt: skip


def label(node: Node) -> str:
    """Name a node."""
    name = said(node.label)
    logic = word("logic", node.logic)
    return told(f"{name}（{logic}）", f"{name} ({logic})") if node.logic else name


def joint(node: Node, found: Joint) -> JointView:
    """Turn what all say together into what the template writes."""
    names = [said(c.label) for c in node.criteria]
    judged = found.judged
    levels = GroupSettings().levels
    return JointView(
        _sentence(names, judged),
        _bars(names, found),
        "—" if judged.ratio is None else f"{judged.ratio:.3f}",
        "—" if judged.lambda_max is None else f"{judged.lambda_max:.3f}",
        table(judged.table),
        judged.acceptable,
        judged.weights is not None,
        judged.needed,
        "—" if found.agreement is None else f"{found.agreement:.0%}",
        "" if found.level < 0 else told(*levels[found.level][1:]),
        [_voice(v) for v in found.voices],
        [_differing(names, d) for d in found.differing],
        worst(names, judged),
    )


def _sentence(names: Sequence[str], judged: Judged) -> str:
    if judged.weights is None:
        return told(
            f"还差 {judged.needed} 对判断，各准则才能连成整体。",
            f"{judged.needed} more judgements would connect all criteria.",
        )
    top = max(range(len(names)), key=lambda k: judged.weights[k] if judged.weights else 0.0)
    share = f"{judged.weights[top]:.0%}"
    return told(
        f"合议认为“{names[top]}”最重，占 {share}。",
        f"Together they hold '{names[top]}' for the weightiest: {share}.",
    )


def _bars(names: Sequence[str], found: Joint) -> list[JointBar]:
    weights = found.judged.weights
    if weights is None:
        return []
    order = sorted(range(len(names)), key=lambda k: -weights[k])
    return [_joint_bar(names, found, k, weights[k]) for k in order]


def _joint_bar(names: Sequence[str], found: Joint, k: int, weight: float) -> JointBar:
    room = found.rooms[k]
    low, high = room.down or 0.0, room.up if room.up is not None else 1.0
    priorities = writing.percent(found.priorities[k]) if found.priorities else "—"
    return JointBar(
        names[k], writing.percent(weight), width(weight), priorities, width(low), width(high), width(high - low),
        _room(names, room),
    )  # fmt: skip


def _room(names: Sequence[str], room: Room) -> str:
    parts = []
    if room.down is not None:
        parts.append(
            told(
                f"降到 {room.down:.1%} 时与“{names[room.down_with]}”易位",
                f"at {room.down:.1%} it changes places with '{names[room.down_with]}'",
            )
        )
    if room.up is not None:
        parts.append(
            told(
                f"升到 {room.up:.1%} 时与“{names[room.up_with]}”易位",
                f"at {room.up:.1%} with '{names[room.up_with]}'",
            )
        )
    return told("；", "; ").join(parts) or told("怎样移动都不改变次序", "no movement changes the order")


def _voice(v: Voice) -> VoiceLine:
    ratio = v.judged.ratio
    return VoiceLine(
        v.name, f"{v.weight:g}", f"{v.judged.count} / {v.judged.pairs}", "—" if ratio is None else f"{ratio:.3f}",
        v.judged.acceptable, "—" if v.distance is None else f"{v.distance:.2f}",
    )  # fmt: skip


def _differing(names: Sequence[str], d: Differing) -> str:
    left, right = names[d.i], names[d.j]
    low, high = scale.written(d.lowest), scale.written(d.highest)
    opposed = told("，方向相反", ", in opposite directions") if d.opposed else ""
    return told(
        f"“{left}”对“{right}”：{d.lowest_by} 判 {low}，{d.highest_by} 判 {high}{opposed}；合议 {d.group:.2f}。",
        f"'{left}' against '{right}': {d.lowest_by} says {low}, {d.highest_by} says {high}{opposed}; together {d.group:.2f}.",
    )


def worst(names: Sequence[str], judged: Judged) -> str:
    """Say which pair contradicts the others most, and what would mend it; empty where nothing is to be mended."""
    found = judged.worst
    if found is None:
        return ""
    ratio = (
        ""
        if found.ratio is None
        else told(f"，CR 变为 {found.ratio:.3f}", f", and CR becomes {found.ratio:.3f}")
    )
    left, right = names[found.i], names[found.j]
    return told(
        f"最矛盾的一对：“{left}”对“{right}”判为 {scale.written(found.given)}，其余判断指向 {scale.written(found.mended)}；照此修改{ratio}。",
        f"The worst pair: '{left}' against '{right}' is {scale.written(found.given)}, the others point to {scale.written(found.mended)}; so changed{ratio}.",
    )


def experts(view: PanelView) -> list[ExpertLine]:
    """Turn the experts into lines: who has most left first."""
    lines = [_expert(e) for e in view.experts]
    return sorted(lines, key=lambda e: -e.left)


def _expert(e: ExpertRow) -> ExpertLine:
    return ExpertLine(
        e.id, e.version, e.name, word("role", e.role), f"{e.weight:g}", e.judged, e.pairs, e.pairs - e.judged,
        writing.moment(e.last) if e.last else "", writing.moment(e.reminded_at) if e.reminded_at else "", e.me,
    )  # fmt: skip


def trial(view: PanelView, movers: Mapping[str, SeenMover]) -> Trial | None:
    """Turn a kept trial into tables; of the movers, those the viewer may see."""
    found = view.diff
    if not found:
        return None
    labels = {name: said(words) for name, words in drafting.labels_of(drafting.tree(view.document)).items()}
    changes = [_change(change, movers, labels) for change in found["changes"]]
    moved = sum(c["moved"] for c in found["changes"])
    clients = sum(c["clients"] for c in found["changes"])
    sentence = told(
        f"{clients:,} 户中 {moved:,} 户的等级会变。",
        f"{moved:,} of {clients:,} clients would change their grade.",
    )
    return Trial(sentence, found["before"], found.get("as_of") or found["generation"], changes)


def _change(
    change: Mapping[str, Any], movers: Mapping[str, SeenMover], labels: Mapping[str, str]
) -> Mapping[str, Any]:
    moves = sorted((m for m in change["grades"] if m[0] != m[1]), key=lambda m: (-m[2], m[0], m[1]))[:_MOVES]
    seen = [m for way in ("up", "down") for m in change[way] if m["client_id"] in movers]
    farthest = sorted(seen, key=lambda m: -abs(m["rank"][0] - m["rank"][1]))[:_MOVERS]
    return {
        "kind": word("kind", change["kind"]),
        "clients": f"{change['clients']:,}",
        "moved": f"{change['moved']:,}",
        "order": "—" if change["order"] is None else f"{change['order']:.3f}",
        "moves": [(word("grade", a), word("grade", b), f"{n:,}") for a, b, n in moves],
        "movers": [_mover(m, movers[m["client_id"]], labels) for m in farthest],
    }


def _mover(m: Mapping[str, Any], seen: SeenMover, labels: Mapping[str, str]) -> Mapping[str, str]:
    before, after = (word("grade", g) for g in m["grade"])
    why = told("，", ", ").join(f"{labels.get(c, c)} {minus(f'{points:+.1f}')}" for c, points in m["reasons"])
    return {
        "name": seen.name,
        "key": seen.key,
        "grade": before if before == after else f"{before} → {after}",
        "score": f"{m['score'][0]:.1f} → {m['score'][1]:.1f}",
        "rank": f"{m['rank'][0]:,} → {m['rank'][1]:,}",
        "why": why or told("他人变动所致", "others moved"),
        "up": "1" if m["rank"][1] < m["rank"][0] else "",
    }


def sentences(found: Iterable[Said]) -> list[str]:
    """Choose the language of sentences."""
    return [said(each) for each in found]
