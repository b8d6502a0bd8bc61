"""How a client behaves beside like clients, a line a measure; and who stands around them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from zhike_desk.pages.client import whys
from zhike_desk.pages.client.whys import Ground
from zhike_desk.records.queries.bonds import Link
from zhike_desk.records.queries.client import Portrait
from zhike_desk.records.queries.peers import Compared
from zhike_desk.records.queries.reference import Meaning
from zhike_desk.ui.measured import written
from zhike_desk.ui.speech import said, told
from zhike_desk.ui.why import Why
from zhike_desk.ui.words import word

_MARGIN = 0.12
LINKS: Mapping[tuple[str, bool], tuple[str, str]] = {
    ("family", True): ("亲属", "Family"),
    ("family", False): ("亲属", "Family"),
    ("household", True): ("同一家庭", "Household"),
    ("household", False): ("同一家庭", "Household"),
    ("group", True): ("同一集团", "Group"),
    ("group", False): ("同一集团", "Group"),
    ("controller", True): ("实际控制人", "Controlled by"),
    ("controller", False): ("其控制的客户", "Controls"),
    ("agent", True): ("授权代理人", "Agent"),
    ("agent", False): ("其代理的客户", "Acts for"),
    ("referral", True): ("介绍人", "Referred by"),
    ("referral", False): ("由其介绍", "Referred"),
}


@dataclass(frozen=True, slots=True)
class Habit:
    """A measure of a client beside like clients: figures as written, places on a line of 100, what it says."""

    name: str
    why: Why
    value: str
    low: str
    high: str
    place: str
    band_at: str
    band_width: str
    value_at: str
    clients: int


@dataclass(frozen=True, slots=True)
class Tie:
    """Another client and what ties them to this one."""

    key: str
    name: str
    tie: str
    grade: str
    logic: str


@dataclass(frozen=True, slots=True)
class HabitsView:
    """The table of habits: its lines, whom the client is held beside, the sentence above."""

    habits: Sequence[Habit]
    beside: str
    sentence: str


def habits_view(g: Ground) -> HabitsView:
    """Return the table of habits; empty where nothing of them is known."""
    found, meanings = g.found, g.meanings
    known = [c for c in found.compared if c.value is not None]
    groups = {c.band.logic for c in known if c.band is not None}
    most = max((c.band.clients for c in known if c.band is not None), default=0)
    return HabitsView([_habit(c, g) for c in known], _beside(found, groups, most), _sentence(known, meanings))


def _habit(one: Compared, g: Ground) -> Habit:
    meaning = g.meanings.get(one.measure)
    unit = meaning.unit if meaning else ""
    band_at, band_width, value_at = _places(one)
    return Habit(
        name=said(meaning.title) if meaning else one.measure,
        why=whys.habit(g, one.measure, one.band.middle if one.band else None),
        value=written(one.value, unit),
        low=written(one.band.low, unit) if one.band else "",
        high=written(one.band.high, unit) if one.band else "",
        place=one.place,
        band_at=band_at,
        band_width=band_width,
        value_at=value_at,
        clients=one.band.clients if one.band else 0,
    )


def _places(one: Compared) -> tuple[str, str, str]:
    """Return where the band begins, how long it is and where the value lies on a line of 100 with a margin at both ends."""
    if one.band is None or one.value is None:
        return "", "", ""
    low, high = min(one.band.low, one.value), max(one.band.high, one.value)
    span = (high - low) or abs(high) or 1.0
    begin, length = low - _MARGIN * span, (1 + 2 * _MARGIN) * span

    def at(value: float) -> float:
        return 100 * (value - begin) / length

    return (
        f"{at(one.band.low):.1f}",
        f"{max(at(one.band.high) - at(one.band.low), 1.0):.1f}",
        f"{at(one.value):.1f}",
    )


def _beside(found: Portrait, groups: set[str], clients: int) -> str:
    if not clients:
        return told("同类客户太少，暂无可比区间。", "Too few like clients to compare with.")
    kind = word("kind", found.row.kind)
    logic = next(iter(groups)) if len(groups) == 1 else ""
    if logic:
        return told(
            f"对比本营业部 {clients} 位{word('logic', logic)}{kind}客户的中间一半（P25–P75）。",
            f"Beside the middle half (P25–P75) of {clients} {word('logic', logic).lower()} {kind.lower()} clients of the branch.",
        )
    return told(
        f"对比本营业部最多 {clients} 位{kind}客户的中间一半（P25–P75）。",
        f"Beside the middle half (P25–P75) of up to {clients} {kind.lower()} clients of the branch.",
    )


def _sentence(known: Sequence[Compared], meanings: Mapping[str, Meaning]) -> str:
    """Name where a client stands out, the farthest from the band first."""
    out = [(abs(_distance(c)), c) for c in known if c.place in ("below", "above")]
    out.sort(key=lambda pair: -pair[0])
    if not any(c.band for c in known):
        return ""
    if not out:
        return told(
            "各项行为都在同类客户的中间一半之内。", "Every habit lies within the middle half of like clients."
        )
    words = [_standing_out(c, said(meanings[c.measure].title)) for _, c in out[:3] if c.measure in meanings]
    return told(f"与同类客户相比：{'、'.join(words)}。", f"Beside like clients: {', '.join(words)}.")


def _standing_out(one: Compared, name: str) -> str:
    high = one.place == "above"
    return told(f"{name}{'偏高' if high else '偏低'}", f"{name.lower()} {'high' if high else 'low'}")


def _distance(one: Compared) -> float:
    """Return how many widths of the band a value lies outside it."""
    if one.band is None or one.value is None:
        return 0.0
    width = (one.band.high - one.band.low) or 1e-9
    edge = one.band.high if one.value > one.band.high else one.band.low
    return (one.value - edge) / width


def ties(links: Sequence[Link]) -> list[Tie]:
    """Name what ties other clients to this one."""
    return [
        Tie(
            link.key,
            link.name,
            told(*LINKS.get((link.kind, link.starts), (link.kind, link.kind))),
            link.grade,
            link.logic,
        )
        for link in links
    ]
