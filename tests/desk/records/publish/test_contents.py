"""What is in a book: the night's rows, and what the store knows beside them."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from django.db import connection

from zhike.datacentre.generation import Generation
from zhike.datacentre.tables import RESULTS
from zhike.datacentre.tables.sentences import in_words
from zhike.features.clients import MEASURES
from zhike_desk.records.book import UNKNOWN
from zhike_desk.records.book.series import unpack
from zhike_desk.records.models import (
    BookAsset,
    BookClient,
    BookIdentity,
    BookMeasureName,
    BookProduct,
    BookProposal,
    BookRelation,
    BookStaff,
    BookTimeline,
    Pointer,
)
from zhike_desk.records.rows import clients, facts
from zhike_desk.records.rows.source import Source, sentences

CHINESE = re.compile(r"[\u3400-\u9fff]")


def night(home: Path, table: str) -> list[dict[str, Any]]:
    generation = Generation.latest(home)
    assert generation is not None
    rows: list[dict[str, Any]] = generation.read(table).to_pylist()
    return rows


def test_classes_and_measures_are_the_nights(db: Path) -> None:
    logic = {r["client_id"]: r for r in night(db, "logic")}
    value = {r["client_id"]: r for r in night(db, "value")}
    measure = {r["client_id"]: r for r in night(db, "measure")}
    clv = {r["client_id"]: r["p50"] for r in night(db, "clv") if r["horizon_months"] == 12}
    ranks = {"diamond": 1, "platinum": 2, "gold": 3, "growth": 4, "standard": 5}
    for client in BookClient.objects.all():
        mine, worth, known = logic.get(client.pk), value.get(client.pk), measure[client.pk]
        assert client.logic == (mine["logic"] if mine else "")
        ps = [mine[p] for p in ("p_value", "p_trend", "p_sentiment")] if mine else [None]
        assert client.logic_p == (None if ps[0] is None else max(ps))
        assert client.score == (worth["score"] if worth else UNKNOWN)
        assert client.grade_rank == (ranks[worth["grade"]] if worth else 9)
        assert client.net_now == (UNKNOWN if known["net_now"] is None else known["net_now"])
        assert client.clv_p50 == (float(clv[client.pk]) if client.pk in clv else UNKNOWN)


def test_the_wide_table_has_every_measure_of_the_night(db: Path) -> None:
    names = list(BookMeasureName.objects.values_list("name", flat=True))
    assert names == sorted(r["name"] for r in night(db, "measure_dictionary"))
    rows = {r["client_id"]: r for r in night(db, "measure")}
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM book_measure")
        assert [c[0] for c in cursor.description] == ["client_id", *names]
        found = {row[0]: row[1:] for row in cursor.fetchall()}
    assert found == {k: tuple(row[n] for n in names) for k, row in rows.items()}


def test_products_are_in_the_book_with_what_the_shelf_says_of_them(db: Path) -> None:
    generation = Generation.latest(db)
    assert generation is not None
    shelf = {r["product_id"]: r for r in Source(db, generation).stored("product").to_pylist()}
    rows = night(db, "product_now")
    held = {(p.client_id, p.product_id): p for p in BookProduct.objects.all()}
    assert len(held) == len(rows) > 0
    for row in rows:
        found, known = held[row["client_id"], row["product_id"]], shelf[row["product_id"]]
        assert (found.name, found.category, found.risk_level) == (
            known["name"],
            known["category"],
            known["risk_level"],
        )
        assert (found.paid, found.since, found.matures_on) == (
            float(row["paid"]),
            row["since"],
            row["matures_on"],
        )


def test_every_measure_is_told_in_both_languages(db: Path) -> None:
    for row in BookMeasureName.objects.all():
        measure = MEASURES[row.name]
        assert (row.meaning, row.meaning_en) == (measure.meaning.zh, measure.meaning.en)
        assert (row.title, row.title_en) == (measure.title.zh, measure.title.en)
        assert (row.window, row.window_en) == (measure.window_said().zh, measure.window_said().en)


def test_what_the_night_says_is_said_in_both_languages(db: Path) -> None:
    generation = Generation.latest(db)
    assert generation is not None
    source = Source(db, generation)
    names = [
        row["name"]
        for table in ("security", "product")
        for row in source.stored(table).to_pylist()
        if row["name"]
    ]
    seen = 0
    for table in RESULTS.values():
        for column in (c.name for c in table.columns if table.has(f"{c.name}_told")):
            for row in night(db, table.name):
                words = in_words(row[f"{column}_told"] or "")
                assert words.zh == (row[column] or "")
                english = words.en
                for name in names:
                    english = english.replace(name, "")
                assert not CHINESE.search(english), english
                seen += bool(words.zh)
    assert seen > 100


def test_the_book_holds_the_nights_sentences_as_codes_and_figures(db: Path) -> None:
    told = {r["client_id"]: r["reason_told"] for r in night(db, "stage")}
    assert {c.pk: c.stage_reason for c in BookClient.objects.filter(pk__in=told)} == told
    events = sorted((r["client_id"], r["kind"], r["text_told"]) for r in night(db, "timeline"))
    assert sorted(BookTimeline.objects.values_list("client_id", "kind", "text")) == events
    reasons = {r["proposal_id"]: (r["reason_told"], r["suitability_told"]) for r in night(db, "proposal")}
    found = BookProposal.objects.values_list("proposal_id", "reason", "suitability")
    assert {p: (r, s) for p, r, s in found} == reasons


def test_an_older_nights_sentences_are_its_texts(db: Path) -> None:
    rows = pa.table({"reason": ["旧", "旧"], "reason_told": [None, '["stage.waiting"]']})
    assert sentences(rows, "reason").to_pylist() == ["旧", '["stage.waiting"]']
    assert sentences(rows.select(["reason"]), "reason").to_pylist() == ["旧", "旧"]


def test_names_and_phones_of_the_list_are_masked_and_identity_is_not(db: Path) -> None:
    names = dict(BookIdentity.objects.values_list("client_id", "name"))
    for client in BookClient.objects.all():
        assert re.fullmatch(r".\*+", client.name)
        assert client.name[0] == names[client.pk][0]
        assert re.fullmatch(r"\*{9}\d\d", client.phone)


def test_a_pseudonym_says_nothing_and_is_the_same_every_night(db: Path) -> None:
    rows = dict(BookClient.objects.values_list("client_id", "pseudonym"))
    assert len(set(rows.values())) == len(rows)
    assert all(re.fullmatch(r"P[0-9a-f]{10}", p) for p in rows.values())


def test_lists_sort_by_how_names_are_read(db: Path) -> None:
    zeng = BookIdentity.objects.filter(name__startswith="曾").values("client_id")
    for client in BookClient.objects.filter(client_id__in=zeng):
        assert client.sort_key.startswith("zeng ")


def test_the_main_member_of_staff_serves(db: Path) -> None:
    relations = list(BookRelation.objects.values_list("client_id", "staff_id", "role"))
    for client in BookClient.objects.exclude(staff_id=""):
        serving = {s for c, s, role in relations if c == client.pk and role == "server"}
        won = {s for c, s, role in relations if c == client.pk and role == "developer"}
        assert client.staff_id in (serving or won or {s for c, s, _ in relations if c == client.pk})
    alice = BookStaff.objects.get(staff_id="E0002")
    assert alice.clients == BookClient.objects.filter(staff_id="E0002").count() > 0


def test_relations_that_have_ended_are_left_out(db: Path) -> None:
    day = Pointer.objects.get().publication.as_of
    assert day == date(2025, 6, 30)
    assert not BookRelation.objects.filter(staff_id="E0005").exists()  # left in November 2024
    assert not BookRelation.objects.filter(start_on__gt=day).exists()


def test_assets_come_out_of_their_packing_to_the_cent(db: Path) -> None:
    rows = night(db, "asset_series")
    fields = ("cash", "securities", "funds", "debt", "net")
    for row in BookAsset.objects.all()[:20]:
        mine = sorted((r for r in rows if r["client_id"] == row.client_id), key=lambda r: r["date"])
        assert [d.date for d in unpack(bytes(row.days))] == [r["date"] for r in mine]
        for found, expected in zip(unpack(bytes(row.days)), mine, strict=True):
            for name in fields:
                assert getattr(found, name) == pytest.approx(float(expected[name]), abs=0.011)
    assert BookAsset.objects.count() == len({r["client_id"] for r in rows})


def test_a_client_has_one_place_must_do_first_then_the_pressing_then_the_better(db: Path) -> None:
    day = Pointer.objects.get().publication.as_of
    scores = dict(BookClient.objects.values_list("client_id", "score"))
    by_client: dict[str, list[BookProposal]] = {}
    for p in BookProposal.objects.filter(arm="treat"):
        by_client.setdefault(p.client_id, []).append(p)
    assert len(by_client) > 10
    entries = []
    for client, mine in by_client.items():
        (place,) = {p.place for p in mine}
        left = [((p.due_on - day).days, p.must_do) for p in mine]
        must = any(m for _, m in left)
        step = min((d > 3) + (d > 14) for d, m in left if m or not must)
        entries.append((place, (not must, step, -scores[client], client)))
    entries.sort()
    assert [place for place, _ in entries] == list(range(1, len(entries) + 1))
    order = [key for _, key in entries]
    assert order == sorted(order)
    assert BookProposal.objects.count() == len(night(db, "proposal"))


def test_what_is_held_back_takes_no_place() -> None:
    names, arms = (
        pa.chunked_array([column]) for column in (list("BABCC"), ["treat", "treat", "treat", "treat", "hold"])
    )
    assert facts.places(names, arms).to_pylist() == [1, 2, 1, 3, 0]
    assert facts.places(names.slice(0, 0), arms.slice(0, 0)).to_pylist() == []


def test_how_pressing_a_day_is() -> None:
    day = date(2025, 6, 30)
    due = pa.chunked_array(
        [
            [
                day - timedelta(9),
                day + timedelta(3),
                day + timedelta(4),
                day + timedelta(14),
                day + timedelta(15),
            ]
        ]
    )
    assert facts.steps(due, day).to_pylist() == [0, 0, 1, 1, 2]


def test_nothing_is_due_on_a_weekend(db: Path) -> None:
    assert BookProposal.objects.exists()
    assert all(day.weekday() < 5 for day in BookProposal.objects.values_list("due_on", flat=True))


def test_an_assessment_holds_as_long_as_the_branch_says() -> None:
    days = pa.chunked_array([[date(2024, 2, 29), None, date(2023, 12, 31), date(2024, 2, 29)]], pa.date32())
    assert clients.valid_until(days, 12).to_pylist() == [
        date(2025, 2, 28), None, date(2024, 12, 31), date(2025, 2, 28),
    ]  # fmt: skip


def test_events_are_at_the_hour_of_the_branch(db: Path) -> None:
    told = {(r["client_id"], r["kind"], r["text_told"], r["at"]) for r in night(db, "timeline")}
    found = BookTimeline.objects.values_list("client_id", "kind", "text", "at")
    from django.utils import timezone

    assert {(c, k, t, timezone.localtime(at).replace(tzinfo=None)) for c, k, t, at in found} == told


def test_the_summary_adds_up(db: Path) -> None:
    told = Pointer.objects.get().publication.summary
    assert told["clients"] == 80
    for name in ("logic", "stage", "grade", "kind"):
        assert sum(told["by"][name].values()) == 80
        assert told["by"][name].get("", 0) == BookClient.objects.filter(**{name: ""}).count()
    assert sum(b["clients"] for b in told["branch_id"].values()) == 80
    assert told["branch_id"]["3102"]["clients"] == BookClient.objects.filter(branch_id="3102").count()


def test_evidence_is_json(db: Path) -> None:
    for client in BookClient.objects.exclude(logic=""):
        assert isinstance(json.loads(client.logic_evidence), dict)
        assert isinstance(json.loads(client.criteria), dict)
