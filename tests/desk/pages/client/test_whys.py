"""Every head figure of a client says why: parts that add up to it, how sure an estimate is, what would change it, from which night."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from people import PEOPLE
from zhike.datacentre.generation import Generation
from zhike.engine.parquet import read_table
from zhike_desk.pages.client import whys
from zhike_desk.pages.client.expected_view import expected_why
from zhike_desk.pages.client.whys import Ground, sure
from zhike_desk.records.book import UNKNOWN
from zhike_desk.records.book.detailed import DETAILED, Detail
from zhike_desk.records.models import BookClient
from zhike_desk.records.queries import nights, reference
from zhike_desk.records.queries.client import Portrait, portrait
from zhike_desk.records.rows.source import Source
from zhike_desk.records.viewer import Viewer
from zhike_desk.ui.why import driven

SignedIn = Callable[[str], Client]
CHINESE = re.compile(r"[\u3400-\u9fff]+")
FRAME = {"中文"}  # the way to the other language


def ground(viewer: Callable[[str], Viewer], name: str = "bob") -> Ground:
    night = nights.shown()
    assert night is not None
    return Ground(shown(viewer, name), reference.meanings(night), night)


def shown(viewer: Callable[[str], Viewer], name: str) -> Portrait:
    """Return the client with most revenue whom somebody sees."""
    night, who = nights.shown(), viewer(name)
    assert night is not None
    people = BookClient.objects.filter(branch_id=who.branch_id, kind="individual")
    row = people.order_by("-revenue_12m", "client_id").first()
    assert row is not None
    return portrait(who, row.client_id, night)


def money(text: str) -> float:
    return float(text.replace("CNY", "").replace(",", "").replace(" ", "").replace("−", "-"))


def test_drivers_are_the_largest_parts_in_their_order_against_the_strongest() -> None:
    found = driven([("a", 1.0, "+1"), ("b", None, "—"), ("c", -4.0, "−4"), ("d", 2.0, "+2")], most=2)
    assert [(d.name, d.share) for d in found] == [("c", -1.0), ("d", 0.5)]
    assert driven([]) == []


def test_parts_add_up_to_the_figure(db: Path, viewer: Callable[[str], Viewer]) -> None:
    g = ground(viewer)
    with translation.override("en"):
        for why, figure in (
            (whys.net, "net_now"),
            (whys.revenue, "revenue_12m"),
            (whys.flow, "net_flow_3m"),
            (whys.traded, "traded_3m"),
        ):
            found = why(g)
            assert sum(money(d.told) for d in found.drivers) == pytest.approx(
                g.found.figure(figure), abs=len(found.drivers)
            ), figure
            assert found.change
            assert g.night.generation_id[:8] in found.model


def test_what_is_expected_is_taken_apart_and_of_an_older_night_what_can_be_told(
    db: Path, viewer: Callable[[str], Viewer]
) -> None:
    g = ground(viewer)
    year = next(e for e in g.found.expected if e.months == 12)
    older = replace(g, found=replace(g.found, expected=(replace(year, parts=(), model=""),)))
    with translation.override("en"):
        for found, total in ((expected_why(g), sum(year.parts)), (expected_why(older), year.middle)):
            assert sum(money(d.told) for d in found.drivers) == pytest.approx(total, abs=len(found.drivers))
            assert found.change
            assert g.night.generation_id[:8] in found.model


def test_what_an_institution_will_bring_is_not_given_and_the_reason_is(
    db: Path, viewer: Callable[[str], Viewer]
) -> None:
    g = ground(viewer)
    g.found.row.kind = "institution"
    with translation.override("zh-hans"):
        found = expected_why(g)
        assert "席位" in found.meaning
        assert (found.drivers, bool(found.change)) == ((), True)
    assert not BookClient.objects.exclude(kind="individual").filter(clv_p50__gt=UNKNOWN).exists()
    assert BookClient.objects.filter(kind="individual", clv_p50__gt=UNKNOWN).exists()


def test_profit_is_taken_apart_where_money_may_be_seen(db: Path, viewer: Callable[[str], Viewer]) -> None:
    g = ground(viewer)
    with translation.override("en"):
        found = whys.profit(g)
    parts = next(a for a in g.found.attributions if a.window == whys.QUARTER)
    assert {money(d.told) for d in found.drivers} <= {round(p) for p in parts.parts}


def test_an_estimate_says_what_it_rests_on_and_its_interval() -> None:
    with translation.override("zh-hans"):
        assert sure(Detail(61, 0.449, 0.656), "fraction") == "依据 61 个观测，95% 区间 44.9% 至 65.6%。"
    with translation.override("en"):
        assert sure(Detail(4, None, None), "ratio") == "From 4 observations."


def test_the_book_holds_the_nights_details(db: Path, viewer: Callable[[str], Viewer]) -> None:
    generation = Generation.latest(db)
    assert generation is not None
    rows = [
        r for file in Source(db, generation).files("measure_detail") for r in read_table(file).to_pylist()
    ]
    found = shown(viewer, "bob")
    of = {r["measure"]: r for r in rows if r["client_id"] == found.row.client_id and r["n"] > 0}
    assert set(found.details) == set(of) & set(DETAILED)
    for name, detail in found.details.items():
        assert detail.n == of[name]["n"]
        assert detail.low == (None if of[name]["low"] is None else pytest.approx(of[name]["low"], rel=1e-6))
        assert detail.high == (
            None if of[name]["high"] is None else pytest.approx(of[name]["high"], rel=1e-6)
        )


def test_in_english_no_chinese_is_left_but_names(db: Path, signed_in: SignedIn) -> None:
    generation = Generation.latest(db)
    assert generation is not None
    source = Source(db, generation)
    names = {r["name"] for t in ("security", "staff") for r in source.stored(t).to_pylist() if r["name"]}
    names |= {person.name for person in PEOPLE.values()}
    browser = signed_in("bob")
    browser.cookies["zhike_language"] = "en"
    for row in BookClient.objects.filter(branch_id="3101").order_by("-score")[:6]:
        page = browser.get(reverse("client", args=[row.client_id])).content.decode()
        for name in sorted(names, key=len, reverse=True):
            page = page.replace(name, "")
        left = set(CHINESE.findall(page)) - FRAME - {row.name[:1]}
        assert not {text for text in left if len(text) > 1}, row.client_id
