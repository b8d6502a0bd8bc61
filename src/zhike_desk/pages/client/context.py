"""What a client's page shows, as plain values, put together from its panels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from zhike_desk.pages.client import (
    habits_view,
    holdings_view,
    logic_view,
    money_view,
    regulated,
    stream_view,
    value_view,
)
from zhike_desk.pages.client import stats as figures
from zhike_desk.pages.client.band import Band, band, contacted
from zhike_desk.pages.client.reasons import Reasons, reasons
from zhike_desk.pages.client.stream_view import PURPOSES
from zhike_desk.pages.client.whys import Ground
from zhike_desk.records.actions import surveys
from zhike_desk.records.policy import policy
from zhike_desk.records.queries import client as query
from zhike_desk.records.queries import reference
from zhike_desk.records.queries.beside import Beside
from zhike_desk.records.queries.bonds import Server
from zhike_desk.records.queries.client import Duty, Held, Portrait
from zhike_desk.records.queries.client_money import Expected
from zhike_desk.records.queries.nights import Shown
from zhike_desk.records.reaching import OUTCOMES
from zhike_desk.records.viewer import Viewer
from zhike_desk.ui.speech import said, told
from zhike_desk.ui.words import WORDS, word

MATTERS = (
    ("服务态度", "Manner of service"),
    ("佣金费用", "Commission and fees"),
    ("交易系统", "Trading system"),
    ("产品销售", "Sale of products"),
    ("投资建议", "Advice"),
    ("业务办理", "Procedures"),
)


@dataclass(frozen=True, slots=True)
class Rights:
    """What the viewer may do on this page."""

    read_care: bool
    write_care: bool
    others: bool
    """Whether what lies with colleagues may be changed too."""
    reveal: tuple[str, ...]
    consent: bool
    assess: bool
    money: bool
    pseudonym: bool


@dataclass(frozen=True, slots=True)
class ClientPage:
    """The page of a client: the band, the panels, the forms' choices. Panels without data are None or empty."""

    key: str
    name: str
    number: str
    phone: str
    portrait: Portrait
    band: Band
    stats: Sequence[figures.Stat]
    logic: logic_view.LogicView
    whys: Reasons
    value: value_view.ValueView
    attribution: money_view.AttributionView | None
    assets: money_view.AssetsView
    holdings: holdings_view.HoldingsView
    expected: Sequence[Expected]
    habits: habits_view.HabitsView
    staff: Sequence[Server]
    ties: Sequence[habits_view.Tie]
    stream: stream_view.StreamView
    duties: Sequence[Duty]
    tags: Sequence[tuple[int, str]]
    rights: Rights
    media: Sequence[tuple[str, str]]
    purposes: Sequence[tuple[str, str]]
    outcomes: Sequence[tuple[str, str]]
    consents: Sequence[regulated.Standing]
    consent_form: regulated.Form
    suitability: regulated.Form
    matters: Sequence[str]
    gravities: Sequence[tuple[str, str]]
    questions: Sequence[tuple[str, str, str]]
    complaints: Sequence[Held]
    beside: Beside
    as_of: date
    today: date


def rights(viewer: Viewer) -> Rights:
    """Return what `viewer` may do with clients, by the policy."""
    cell = viewer.need("client.view")
    return Rights(
        read_care=viewer.may("care.read") is not None,
        write_care=(writes := viewer.may("care.write")) is not None,
        others=writes is not None and writes.scope != "own",
        reveal=policy().fields["reveal"] if viewer.may("client.reveal") is not None else (),
        consent=viewer.may("consent.write") is not None,
        assess=viewer.may("suitability.write") is not None,
        money=viewer.may("client.money") is not None,
        pseudonym=cell.pseudonym,
    )


def build(found: Portrait, night: Shown, viewer: Viewer, beside: Beside, today: date) -> ClientPage:
    """Put the page of a client together; `today` is the day by which what is due is told."""
    ground = Ground(found, reference.meanings(night), night)
    may = rights(viewer)
    reveals = may.reveal if found.row.kind == "individual" else [f for f in may.reveal if f != "birth_date"]
    value, logic = value_view.value_view(found), logic_view.logic_view(found)
    attribution = money_view.attribution_view(found.attributions, money_view.USUAL)
    why = reasons(ground, value, attribution)
    return ClientPage(
        key=found.key, name=found.name, number=found.number, phone=found.phone, portrait=found,
        band=band(found, today, reveals=reveals),
        stats=figures.stats(ground, value, why.value, why.expected),
        logic=logic,
        whys=why,
        value=value,
        attribution=attribution,
        assets=money_view.assets_view(found.assets, reference.states(night), found.stream.flows),
        holdings=holdings_view.holdings_view(found.assets, found.held, night.as_of),
        expected=found.expected,
        habits=habits_view.habits_view(ground),
        staff=found.written.staff,
        ties=habits_view.ties(found.links),
        stream=stream_view.stream_view(found.stream, only="", after="", private=may.read_care),
        duties=due(found.written),
        tags=found.written.tags,
        rights=may,
        **_forms(found, viewer),
        complaints=found.written.complaints,
        beside=beside,
        as_of=night.as_of,
        today=today,
    )  # fmt: skip


def _forms(found: Portrait, viewer: Viewer) -> dict[str, Any]:
    """Return what the forms of the page offer, by field."""
    return {
        "media": [(m, word("medium", m)) for m in WORDS["medium"]],
        "purposes": _purposes(opted_out=found.opted_out),
        "outcomes": [(name, said(o)) for name, o in OUTCOMES.items()],
        "consents": regulated.consents(found),
        "suitability": regulated.suitability_form(found, viewer),
        "consent_form": regulated.consent_form(viewer),
        "matters": [told(*m) for m in MATTERS],
        "gravities": [(s, word("severity", s)) for s in WORDS["severity"]],
        "questions": questions(),
    }


def questions() -> list[tuple[str, str, str]]:
    """Return what a client may be asked: the kind, its words, its scale as (lowest–best)."""
    scales = {kind: f"{0 if kind == 'nps' else 1}–{best:g}" for kind, best in surveys.BEST.items()}
    return [(kind, word("question", kind), scale) for kind, scale in scales.items()]


def _purposes(*, opted_out: bool) -> list[tuple[str, str]]:
    """Return the purposes a contact may have; who refused marketing isn't approached with any."""
    selling = ("product", "marketing")
    return [(n, told(*w)) for n, w in PURPOSES.items() if not (opted_out and n in selling)]


@dataclass(frozen=True, slots=True)
class Worked:
    """What of the page an act may have changed: what is due, tags, the timeline, the last contact."""

    key: str
    duties: Sequence[Duty]
    complaints: Sequence[Held]
    tags: Sequence[tuple[int, str]]
    stream: stream_view.StreamView
    contacted: str
    rights: Rights
    as_of: date


def worked(viewer: Viewer, key: str, night: Shown, today: date) -> Worked:
    """Return what of a client's page an act may have changed; raise Denied for a client that isn't `viewer`'s to see."""
    care = query.care(viewer, key, night)
    may = rights(viewer)
    return Worked(
        key=key,
        duties=due(care.written),
        complaints=care.written.complaints,
        tags=care.written.tags,
        stream=stream_view.stream_view(care.stream, only="", after="", private=may.read_care),
        contacted=contacted(care.written),
        rights=may,
        as_of=night.as_of,
    )


def due(written: query.Written) -> list[Duty]:
    """Return what is due with a client, must-do first, then by day."""
    return sorted([*written.tasks, *written.proposals], key=lambda d: (not d.must_do, d.due_on, d.task_id))
