"""What a list says of a client is answered for on demand: every score, class and estimate of it, in few queries, and as a look like any other."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from zhike_desk.pages.client import reasons
from zhike_desk.records.models import AuditRow, BookClient
from zhike_desk.records.queries.clients import LISTED

SignedIn = Callable[[str], Client]
FACTS = {"sort_key", "kind", "risk_level", "risk_valid_until", "opened_on", "staff_id"}
"""Columns that the files say, which nobody estimated."""


def best(**held: object) -> BookClient:
    row = BookClient.objects.filter(branch_id="3101", **held).order_by("-score", "client_id").first()
    assert row is not None
    return row


def asked(browser: Client, key: str, query: str = "") -> str:
    answer = browser.get(reverse("client_why", args=[key]), {"in": query})
    assert answer.status_code == 200
    return answer.content.decode()


def names(html: str) -> list[str]:
    return re.findall(r"<summary><span>([^<]*)</span>", html)


def test_every_column_is_answered_for_or_is_a_fact_of_the_files() -> None:
    assert set(reasons._OF) | FACTS == set(LISTED.columns)
    assert not set(reasons._OF) & FACTS


def test_the_list_asks_for_the_columns_it_shows_and_no_others(signed_in: SignedIn) -> None:
    browser = signed_in("bob")
    query = "cols=score&cols=logic&cols=clv_p50&col=m.turnover_12m"
    page = browser.get(f"/clients/?{query}").content.decode()
    url = re.search(r'hx-get="(/clients/\d+/why/)"', page)
    told = re.search(r'id="why-in" name="in" value="([^"]*)"', page)
    assert url
    assert told
    html = browser.get(url[1], {"in": told[1].replace("&amp;", "&")}).content.decode()
    assert names(html) == ["价值得分", "盈利逻辑", "未来12个月贡献", "近12月资产周转率"]
    assert html.count("数据截至") == 4
    assert html.count("什么会改变它") == 4


@pytest.mark.parametrize("kind", ["individual", "institution"])
def test_each_score_class_and_estimate_says_what_made_it_and_what_would_change_it(
    signed_in: SignedIn, kind: str
) -> None:
    everything = "&".join(f"cols={name}" for name in LISTED.columns)
    html = asked(signed_in("bob"), best(kind=kind).client_id, everything)
    blocks = html.split('<details class="why-one"')[1:]
    assert len(blocks) == len(reasons._OF)
    for block in blocks:
        assert "数据截至" in block
        assert "什么会改变它" in block, block[:80]
    score = blocks[0]
    assert 3 <= score.count("<li>") <= 5
    assert "−" in score


def test_an_older_list_that_is_cut_short_is_refused_and_a_stranger_sees_nothing(signed_in: SignedIn) -> None:
    row = best()
    assert (
        signed_in("bob").get(reverse("client_why", args=[row.client_id]), {"in": "sort=moon"}).status_code
        == 422
    )
    for name in ("charlie", "frank"):
        assert signed_in(name).get(reverse("client_why", args=[row.client_id])).status_code == 404


def test_an_analyst_asks_by_pseudonym_and_reads_no_number(signed_in: SignedIn) -> None:
    row = best()
    assert signed_in("erin").get(reverse("client_why", args=[row.client_id])).status_code == 404
    html = asked(signed_in("erin"), row.pseudonym)
    assert row.pseudonym in html
    assert row.client_id not in html


def test_it_costs_few_queries_and_is_written_down_as_a_look(signed_in: SignedIn) -> None:
    row, browser = best(), signed_in("bob")
    looks = AuditRow.objects.filter(object_id=row.client_id)
    before = looks.count()
    asked(browser, row.client_id)
    assert looks.count() == before + 1
    with CaptureQueriesContext(connection) as seen:
        asked(browser, row.client_id)
    assert len(seen) <= 8, [q["sql"][:90] for q in seen.captured_queries]


def test_in_english_nothing_is_left_in_chinese(signed_in: SignedIn) -> None:
    browser = signed_in("bob")
    browser.cookies["zhike_language"] = "en"
    everything = "&".join(f"cols={name}" for name in LISTED.columns)
    for row in BookClient.objects.filter(branch_id="3101").order_by("-score")[:4]:
        html = asked(browser, row.client_id, everything).replace(row.name, "")
        assert not re.findall(r"[\u3400-\u9fff]", html)


def test_another_window_of_profit_still_says_what_would_change_it(signed_in: SignedIn) -> None:
    row, browser = best(kind="individual"), signed_in("bob")
    whole = browser.get(reverse("client", args=[row.client_id])).content.decode()
    for window in (20, 250):
        part = browser.get(
            reverse("client_attribution", args=[row.client_id]), {"window": window}
        ).content.decode()
        changes = re.findall(r"什么会改变它：([^<]*)<", part)
        assert len(changes) == 1
        assert changes[0] in whole[whole.index('id="profit"') :]
