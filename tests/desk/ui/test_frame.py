"""What stands around every page: places by role, the night's stamp, languages, toasts, chips."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.http import HttpResponse
from django.template import engines
from django.test import Client, override_settings
from django.utils import translation

from zhike_desk.records.queries.nights import Shown
from zhike_desk.ui import marks, toasts
from zhike_desk.ui.frame import stamp
from zhike_desk.ui.templatetags import zhike as writing

SignedIn = Callable[[str], Client]
FRIDAY_NIGHT = Shown(
    "g1", date(2025, 6, 27), datetime(2025, 6, 27, 18, 30, tzinfo=UTC)
)  # Saturday 02:30 in Shanghai


def html(browser: Client, path: str = "/parts/") -> str:
    answer = browser.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def drawn(source: str, **context: object) -> str:
    return engines["django"].from_string(source).render(context)


def test_before_the_first_night_there_is_no_stamp() -> None:
    assert stamp(None, datetime(2025, 6, 30, tzinfo=UTC), 3) is None


@override_settings(DEMO=False)
def test_fridays_data_is_fresh_on_monday_and_stale_on_tuesday() -> None:
    monday = stamp(FRIDAY_NIGHT, datetime(2025, 6, 30, 1, tzinfo=UTC), 3)
    tuesday = stamp(FRIDAY_NIGHT, datetime(2025, 7, 1, 1, tzinfo=UTC), 3)
    assert monday is not None
    assert tuesday is not None
    assert (monday.days, monday.stale) == (3, False)
    assert (tuesday.days, tuesday.stale) == (4, True)


@override_settings(DEMO=False)
def test_a_night_is_last_night_until_the_day_after_it_ended() -> None:
    saturday, sunday, monday = (
        stamp(FRIDAY_NIGHT, datetime(2025, 6, day, 4, tzinfo=UTC), 3) for day in (28, 29, 30)
    )
    assert [s.tonight for s in (saturday, sunday, monday) if s] == [True, True, False]


@pytest.mark.parametrize(("demo", "days", "stale"), [(True, 0, False), (False, 511, True)])
def test_where_today_is_the_datas_last_day_they_are_never_stale_and_elsewhere_by_their_day(
    demo: bool, days: int, stale: bool
) -> None:
    night = Shown("g1", date(2025, 6, 30), datetime(2026, 11, 10, 18, 30, tzinfo=UTC))
    with override_settings(DEMO=demo):
        found = stamp(night, datetime(2026, 11, 23, 1, tzinfo=UTC), 3)
    assert found is not None
    assert (found.days, found.stale, found.tonight) == (days, stale, False)


def test_each_role_is_shown_the_places_it_may_go_to(db: Path, signed_in: SignedIn) -> None:
    def icons(name: str) -> set[str]:
        nav = re.search(r"<nav class=\"nav\".*?</nav>", html(signed_in(name)), re.DOTALL)
        assert nav
        return set(re.findall(r'href="(/[^"]*)"', nav[0])) - {"/"}

    assert "/clients/" in icons("alice")
    assert "/clients/" not in icons("frank")
    assert "/help/" in icons("frank")


def test_the_place_where_one_is_is_marked_once(db: Path, signed_in: SignedIn) -> None:
    page = html(signed_in("alice"), "/help/")
    nav = re.search(r"<nav class=\"nav\".*?<details", page, re.DOTALL)
    assert nav
    marked = re.findall(r'<a href="(/[\w/]*)" aria-current="page"', nav[0])
    assert marked == ["/help/"]


@pytest.mark.parametrize(
    ("cookie", "lang", "said", "unsaid"),
    [("zh-hans", "zh-Hans", "退出登录", "Sign out"), ("en", "en", "Sign out", "退出登录")],
)
def test_a_page_is_in_the_language_that_was_chosen(
    db: Path, signed_in: SignedIn, cookie: str, lang: str, said: str, unsaid: str
) -> None:
    browser = signed_in("alice")
    browser.cookies["zhike_language"] = cookie
    page = html(browser)
    assert f'<html lang="{lang}"' in page
    assert said in page
    assert unsaid not in page


def test_colours_come_with_the_page_and_unknown_ones_are_left_out(db: Path, signed_in: SignedIn) -> None:
    browser = signed_in("alice")
    browser.cookies["zhike_theme"] = "dark"
    browser.cookies["zhike_updown"] = "west"
    assert 'data-theme="dark" data-updown="west"' in html(browser)
    browser.cookies["zhike_theme"] = '"><script>'
    browser.cookies["zhike_updown"] = "north"
    assert 'data-theme="auto" data-updown="east"' in html(browser)


def test_htmx_runs_no_text_and_keeps_no_page(db: Path, signed_in: SignedIn) -> None:
    found = re.search(r"<meta name=\"htmx-config\" content='([^']*)'", html(signed_in("alice")))
    assert found
    config = json.loads(found[1])
    assert config["allowEval"] is False
    assert config["historyCacheSize"] == 0
    assert config["selfRequestsOnly"] is True
    assert config["includeIndicatorStyles"] is False


def test_a_class_has_a_word_and_an_icon_and_a_risk_its_tone() -> None:
    with translation.override("zh-hans"):
        lost, value = marks.chip("stage", "lost"), marks.chip("logic", "value")
    assert lost.startswith('<span class="chip grave"><svg')
    assert lost.endswith("流失</span>")
    assert value.startswith('<span class="chip"><svg')
    assert marks.chip("stage", None) == "—"


def test_what_a_class_holds_is_shown_as_text() -> None:
    assert "<script>" not in marks.chip("stage", "<script>alert(1)</script>")


def test_a_toast_of_an_htmx_answer_is_a_header_of_ascii() -> None:
    header = toasts.toast(HttpResponse(), "已记录一次电话", "abc")["HX-Trigger"]
    assert header.isascii()
    assert json.loads(header) == {"toast": {"text": "已记录一次电话", "undo": "abc"}}


@pytest.mark.parametrize(
    ("share", "x", "width"), [(0.8, "100", "80.0"), (-0.4, "60.0", "40.0"), (3.0, "100", "100.0")]
)
def test_the_bar_of_a_reason_points_to_the_side_of_its_sign(share: float, x: str, width: str) -> None:
    bar = drawn('{% include "parts/bar.html" %}', share=share)
    rect = re.search(r'<rect class="(plus|minus)" x="([\d.]+)" y="0" height="8" width="([\d.]+)"', bar)
    assert rect
    assert rect.groups() == ("plus" if share > 0 else "minus", x, width)


def test_a_form_that_is_wrong_says_so_beside_the_field(db: Path, signed_in: SignedIn) -> None:
    page = html(signed_in("alice"))
    field = page[page.index('name="minutes"') :]
    assert 'aria-invalid="true"' in field[:300]
    assert 'aria-describedby="id_minutes_helptext id_minutes_error"' in field[:300]
    assert 'id="id_minutes_error"' in page


def test_what_rounds_to_nothing_has_no_sign() -> None:
    assert writing.wan(-312.0) == '<data value="-312" title="−312.00">0.0</data>'
    assert ">+0.0<" in writing.signed_wan(-312.0)
    assert writing.percent(-0.0004) == "0.0%"
    assert writing.number(-0.04) == "0.0"
    assert writing.whole(-0.4) == "0"
