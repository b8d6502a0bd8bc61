"""The page of segments."""

from __future__ import annotations

import gzip
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from zhike_desk.pages.segments import moves
from zhike_desk.pages.segments.context import _slices as slices
from zhike_desk.records import scope
from zhike_desk.records.models import BookClient
from zhike_desk.records.queries import segments as query
from zhike_desk.records.queries.segments import Flow, Group
from zhike_desk.records.viewer import Viewer

if TYPE_CHECKING:
    from django.test import Client

Sign = Callable[[str], "Client"]
FLOWS = {
    "logic": (Flow("value", "value", Group(90, 9e5, 9e3)), Flow("value", "trend", Group(10, 2e5, 2e3))),
    "stage": (Flow("mature", "declining", Group(4, 1e4, 1e2)), Flow("none", "prospect", Group(7, 0.0, 0.0))),
    "grade": (),
}


@pytest.mark.parametrize("name", ["alice", "grace", "bob", "erin", "dora"])
def test_each_role_that_may_sees_the_page(signed_in: Sign, name: str) -> None:
    page = signed_in(name).get("/segments/")
    assert page.status_code == 200
    assert "逻辑 × 阶段 × 价值" in page.content.decode()


def test_an_administrator_finds_nothing_there(signed_in: Sign) -> None:
    assert signed_in("frank").get("/segments/").status_code == 404


def test_every_cell_leads_to_a_list_of_as_many_clients_as_it_says(
    signed_in: Sign, viewer: Callable[[str], Viewer]
) -> None:
    html = signed_in("bob").get("/segments/?kind=individual").content.decode()
    cells = re.findall(r'<td class="n [^"]*"><a href="(/clients/[^"]*)"[^>]*>([\d,]+)</a>', html)
    assert len(cells) >= 5
    for url, count in cells:
        wanted = {n: v[0] for n, v in parse_qs(urlsplit(url.replace("&amp;", "&")).query).items()}
        assert wanted["kind"] == "individual"
        assert scope.clients(viewer("bob")).filter(**wanted).count() == int(count.replace(",", ""))


def test_a_figure_or_a_classification_that_isnt_there_is_refused(signed_in: Sign) -> None:
    assert signed_in("bob").get("/segments/?show=height").status_code == 422
    assert signed_in("bob").get("/segments/?grade=wooden").status_code == 422


def test_the_page_is_small_and_asks_little(signed_in: Sign) -> None:
    browser = signed_in("bob")
    browser.get("/segments/")
    with CaptureQueriesContext(connection) as told:
        page = browser.get("/segments/")
    assert len(told) <= 12
    assert len(gzip.compress(page.content)) <= 12_000


def test_english_is_complete(signed_in: Sign) -> None:
    browser = signed_in("erin")
    browser.cookies["zhike_language"] = "en"
    main = browser.get("/segments/").content.decode().partition("<main")[2].partition("</main>")[0]
    assert "Your role sees sums only" in main
    assert not re.search(r"[一-鿿]", main)


def test_the_largest_move_is_said_with_its_share_of_those_who_could_move() -> None:
    made = moves.build(FLOWS, "logic", stay=False)
    assert "逻辑价值型 → 趋势型：10 位，占原价值型的 10.0%，净资产 20.0 万元" in made.sentence
    assert made.counts == "换类：逻辑 10 位，阶段 4 位，等级 0 位。"
    assert (made.first, made.nobody) == (False, False)


def test_a_picture_of_moves_leaves_out_who_stayed_unless_asked() -> None:
    def links(stay: bool) -> list[int]:
        return [link["value"] for link in moves.build(FLOWS, "logic", stay=stay).option["series"][0]["links"]]

    assert (links(False), links(True)) == ([10], [90, 10])


def test_too_few_to_be_told_are_in_the_table_and_not_in_the_picture() -> None:
    hidden = {**FLOWS, "stage": (Flow("mature", "declining", Group(None, None, None)),)}
    made = moves.build(hidden, "stage", stay=False)
    assert made.option == {}
    assert [row[2] for row in made.rows] == ["<5"]


def test_a_first_night_has_nothing_to_compare_with() -> None:
    first = {name: tuple(replace(f, before="none") for f in rows) for name, rows in FLOWS.items()}
    assert moves.build(first, "logic", stay=False).first


def test_the_bar_of_grades_fills_a_hundred() -> None:
    made = slices({"diamond": 1, "standard": 3})
    assert [(s.grade, s.x, s.width) for s in made] == [
        ("diamond", "0.0", "25.0"),
        ("standard", "25.0", "75.0"),
    ]
    assert slices({}) == []


def asks(html: str) -> list[str]:
    return [url.replace("&amp;", "&") for url in re.findall(r'hx-get="(/segments/why/[^"]*)"', html)]


def drivers(html: str) -> list[float]:
    told = re.findall(r'class="value">([^<]*)<', html)
    return [float(text.replace("−", "-").replace(",", "")) for text in told]


@pytest.mark.parametrize("show", ["clients", "assets", "revenue"])
def test_every_share_of_the_map_leads_to_its_reason_whose_parts_add_up(signed_in: Sign, show: str) -> None:
    browser = signed_in("bob")
    urls = asks(browser.get(f"/segments/?show={show}").content.decode())
    assert len(urls) > 10
    for url in urls:
        html = browser.get(url).content.decode()
        figure = re.search(r"<strong>([^<]*) <small>", html)
        assert figure
        assert "什么会改变它" in html
        if "logic=" in url and "stage=" in url:
            total = float(figure[1].replace("−", "-").replace(",", ""))
            assert sum(drivers(html)) == pytest.approx(total, abs=0.06 * max(len(drivers(html)), 1)), url


def test_who_sees_sums_only_is_not_told_what_a_few_clients_add(
    signed_in: Sign, viewer: Callable[[str], Viewer]
) -> None:
    erin, state = viewer("erin"), query.asked(viewer("erin"), {})
    found = query.segments(erin, state)
    told = {
        of: query.graded(erin, state, dict(zip(("logic", "stage"), of, strict=True))) for of in found.cells
    }
    counts: dict[tuple[str, str], Counter[str]] = {of: Counter() for of in found.cells}
    for logic, stage, grade in BookClient.objects.filter(frozen=False).values_list("logic", "stage", "grade"):
        counts[logic, stage][grade] += 1
    for of, grades in told.items():
        enough = min(counts[of].values()) >= query.LEAST
        assert {grade: g.clients for grade, g in grades} == (dict(counts[of]) if enough else {}), of
    few = [of for of, grades in told.items() if not grades and not found.cells[of].hidden]
    assert few
    logic, stage = few[0]
    page = {"logic": logic or query.NONE, "stage": stage or query.NONE, "show": "assets"}
    html = signed_in("erin").get("/segments/why/", page).content.decode()
    assert drivers(html) == []
    assert "不足 5 位" in html


@pytest.mark.parametrize("asked", ["", "?logic=wooden", "?quadrant=keep&stage=lost"])
def test_a_cell_that_isnt_there_is_refused(signed_in: Sign, asked: str) -> None:
    assert signed_in("bob").get(f"/segments/why/{asked}").status_code == 422


def test_the_reason_of_a_cell_asks_little_and_is_complete_in_english(signed_in: Sign) -> None:
    browser = signed_in("bob")
    browser.cookies["zhike_language"] = "en"
    urls = asks(browser.get("/segments/").content.decode())
    for url in (urls[0], urls[-1], next(u for u in urls if "stage" not in u)):
        with CaptureQueriesContext(connection) as told:
            html = browser.get(url).content.decode()
        assert len(told) <= 12
        assert not re.findall(r"[\u3400-\u9fff]", html)
