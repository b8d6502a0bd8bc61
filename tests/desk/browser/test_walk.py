"""Every page, walked in a real browser as everybody who may open it, after a morning's work was done there.

`make test` opens each page once, with role, width and colours taking turns; `make test-all` opens it as every role in every look.
Pictures lie in var/screenshots (or where ZHIKE_PICTURES says). Axe, console, policy and sideways scrolling fail; slowness warns.
"""

from __future__ import annotations

import warnings
from itertools import product
from pathlib import Path

import pytest

import desk_lived
from desk_browser import THEMES, WIDTHS, Look, Window
from people import PEOPLE
from zhike_desk import pages
from zhike_desk.records.policy import policy
from zhike_desk.urls import PAGES

EVERYBODY = ("alice", "grace", "bob", "erin", "dora", "frank")
LOOKS = tuple(product(WIDTHS, THEMES))
STOPS = {
    "today": ("today", "/today/"),
    "clients": ("clients", "/clients/"),
    "clients-filtered": ("clients", "/clients/?logic=trend,value&score.min=20&col=m.contacts_1m"),
    "clients-none": ("clients", "/clients/?score.min=1000"),
    "client": ("client", "/clients/{client}/"),
    "segments": ("segments", "/segments/"),
    "market": ("market", "/market/"),
    "tasks": ("tasks", "/tasks/"),
    "tasks-week": ("tasks_week", "/tasks/week/"),
    "jobs": ("jobs", "/jobs/"),
    "value": ("ahp", "/value/"),
    "value-panel": ("ahp_panel", "/value/panels/{panel}/"),
    "approvals": ("approvals", "/approvals/"),
    "team": ("team", "/team/"),
    "team-hand-over": ("team_hand_form", "/team/hand-over/form/?staff=E0002"),
    "data": ("data", "/data/"),
    "data-findings": ("data_findings", "/data/findings/"),
    "compliance": ("compliance", "/compliance/"),
    "compliance-consents": ("compliance_consents", "/compliance/consents/?source=files"),
    "compliance-complaints": ("compliance_complaints", "/compliance/complaints/"),
    "compliance-holds": ("compliance_holds", "/compliance/holds/"),
    "compliance-whom": ("compliance_hold", "/compliance/hold/?client={client}&kind=frozen"),
    "compliance-roles": ("compliance_roles", "/compliance/roles/"),
    "log": ("log", "/log/"),
    "settings": ("settings", "/settings/"),
    "help": ("help", "/help/"),
    "help-note": ("help_note", "/help/measures/"),
    "parts": ("parts", "/parts/"),
    "plumbing": ("plumbing:index", "/plumbing/"),
    "plumbing-table": ("plumbing:records_user_changelist", "/plumbing/records/user/"),
    "account-sessions": ("usersessions_list", "/account/sessions/"),
    "account-second-factor": ("mfa_index", "/account/2fa/"),
    "account-passkeys": ("mfa_list_webauthn", "/account/2fa/webauthn/"),
    "account-password": ("account_change_password", "/account/password/change/"),
}
WITHOUT_PAGE = {"home", "palette", "views", "exports"}  # redirect, dialog, acts of lists


def allowed(stop: str) -> list[str]:
    """Return who may open a page."""
    action = policy().route(STOPS[stop][0])
    assert action is not None, stop
    return [
        n for n in EVERYBODY if action == "signed-in" or policy().cell(PEOPLE[n].role, action) is not None
    ]


def once() -> list[tuple[str, str, int, str]]:
    """Return each page with one of those who may open it, and one look, in turn."""
    found = []
    for turn, stop in enumerate(STOPS):
        who = allowed(stop)
        found.append((stop, who[turn % len(who)], *LOOKS[turn % len(LOOKS)]))
    return found


def every() -> list[tuple[str, str, int, str]]:
    """Return each page as everybody who may open it, in every look."""
    return [(stop, who, *look) for stop in STOPS for who in allowed(stop) for look in LOOKS]


def address(stop: str, who: str) -> str:
    """Return where a page is found by somebody: a client of theirs, by pseudonym where they see no number."""
    from zhike_desk.records import scope
    from zhike_desk.records.following import follow
    from zhike_desk.records.models import Panel

    follow()  # beside a browser's loop the connection is another
    path = STOPS[stop][1]
    if "{client}" in path:
        viewer = desk_lived.somebody(who)
        key = "pseudonym" if viewer.need("client.view").pseudonym else "client_id"
        first = scope.clients(viewer, "client.view").order_by("-score", "client_id").first()
        return path.format(client=getattr(first, key))
    return path.format(panel=Panel.objects.get().pk) if "{panel}" in path else path


def walk(look: Look, stop: str, who: str, width: int, theme: str) -> None:
    with look(who, width=width, theme=theme) as window:
        window.open(address(stop, who))
        _slow(stop, window)  # before axe, whose own work counts too
        window.draw()
        window.keep(f"{stop}-{who}-{width}-{theme}")
        assert window.faults() == []


def _slow(stop: str, window: Window) -> None:
    found = window.vitals()
    for name, most in (("LCP", 1200.0), ("CLS", 0.02), ("TBT", 100.0)):
        if found[name] > most:
            warnings.warn(f"{stop}: {name} {found[name]:.2f}, promised at most {most:g}", stacklevel=2)


def test_every_page_of_the_desk_is_walked() -> None:
    walked = {STOPS[stop][0].partition("_")[0].partition(":")[0] for stop in STOPS}
    assert set(PAGES) - WITHOUT_PAGE <= walked, pages.__path__


@pytest.mark.parametrize(("stop", "who", "width", "theme"), once())
def test_a_page_is_without_fault(
    lived_in: Path, look: Look, stop: str, who: str, width: int, theme: str
) -> None:
    walk(look, stop, who, width, theme)


@pytest.mark.slow
@pytest.mark.parametrize(("stop", "who", "width", "theme"), every())
def test_a_page_is_without_fault_for_everybody_in_every_look(
    lived_in: Path, look: Look, stop: str, who: str, width: int, theme: str
) -> None:
    walk(look, stop, who, width, theme)


@pytest.mark.slow
@pytest.mark.parametrize("who", EVERYBODY)
def test_a_place_of_the_navigation_opens(lived_in: Path, look: Look, who: str) -> None:
    with look(who) as window:
        page = window.open("/help/")
        places = [a.get_attribute("href") or "" for a in page.locator("nav.nav > ul > li > a").all()]
        assert "/help/" in places
        for place in places:
            window.open(place)


@pytest.mark.parametrize(("width", "theme"), [LOOKS[0], LOOKS[3]])
def test_what_one_may_not_see_is_a_page_without_fault(
    lived_in: Path, look: Look, width: int, theme: str
) -> None:
    with look("frank", width=width, theme=theme) as window:
        window.open("/clients/", status=404)
        window.keep(f"missing-{width}-{theme}")
        said = [c for c in window.complaints if "404" not in c]  # the browser itself tells of the status
        window.complaints[:] = said
        assert window.faults() == []


def test_a_page_made_too_wide_is_found(lived_in: Path, look: Look) -> None:
    with look("alice", width=390) as window:
        page = window.open("/help/")
        page.evaluate("document.querySelector('main').style.minWidth = '900px'")
        assert [f for f in window.faults() if f.endswith("px too wide")]


def test_a_page_that_jumps_is_found(lived_in: Path, look: Look) -> None:
    with look("alice") as window:
        page = window.open("/help/")
        assert window.vitals()["CLS"] <= 0.02
        page.evaluate(
            "document.querySelector('main').prepend(Object.assign(new Image(), {alt: '', height: 400}))"
        )
        page.wait_for_timeout(300)
        assert window.vitals()["CLS"] > 0.02
