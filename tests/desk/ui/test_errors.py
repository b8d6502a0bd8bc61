"""What can't be shown: missing, refused, changed by somebody else, broken; each with what next, and nothing given away."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

from django.test import Client, RequestFactory
from django.utils import translation

from zhike.base.text import say
from zhike_desk.records.actions.writing import Conflict, Refused
from zhike_desk.records.models import Task
from zhike_desk.ui import errors

SignedIn = Callable[[str], Client]


def request(part: bool = False):  # type: ignore[no-untyped-def]
    made = RequestFactory().get("/", headers={"HX-Request": "true"} if part else {})
    made.user = type("Nobody", (), {"is_authenticated": False})()  # type: ignore[assignment]
    made.htmx = type("Htmx", (), {"current_url": "/clients/"})()  # type: ignore[attr-defined]
    return made


def test_what_is_missing_and_what_may_not_be_seen_are_one_page(db: Path, signed_in: SignedIn) -> None:
    browser = signed_in("frank")
    missing, hidden = browser.get("/nowhere/"), browser.get("/clients/")
    assert (missing.status_code, hidden.status_code) == (404, 404)
    same = [a.content.replace(b"/nowhere/", b"/").replace(b"/clients/", b"/") for a in (missing, hidden)]
    strip = [s.split(b'X-CSRFToken": "')[0] + s.split(b"</header>")[1] for s in same]
    assert strip[0] == strip[1]
    assert "回到首页" in missing.content.decode()


def test_a_refusal_is_a_sentence_with_a_way_back() -> None:
    with translation.override("en"):
        whole = errors.refused(
            request(), Refused(say("客户已拒绝营销。", "The client has refused marketing."))
        )
        part = errors.refused(
            request(part=True), Refused(say("客户已拒绝营销。", "The client has refused marketing."))
        )
    assert (whole.status_code, part.status_code) == (422, 422)
    assert "The client has refused marketing." in whole.content.decode()
    assert "data-back" in whole.content.decode()
    assert "<html" not in part.content.decode()
    assert 'role="alert"' in part.content.decode()


def test_a_lost_race_shows_both_versions_field_by_field() -> None:
    task = Task(version=4, due_on=date(2025, 7, 4), closed_at=datetime(2025, 7, 1, 1, 30, tzinfo=UTC))
    lost = Conflict(task, {"due_on": date(2025, 7, 2), "closed_at": None})
    with translation.override("zh-hans"):
        page = errors.conflict(request(part=True), lost)
    text = page.content.decode()
    assert page.status_code == 409
    assert "到期日" in text
    assert '<td class="theirs">2025-07-04</td><td class="mine">2025-07-02</td>' in text
    assert '<td class="theirs">2025-07-01 09:30</td><td class="mine">—</td>' in text  # Shanghai


def test_what_broke_is_said_without_the_frame() -> None:
    page = errors.broken(request())
    assert page.status_code == 500
    assert 'class="nav"' not in page.content.decode()
    assert 'href="/"' in page.content.decode()
