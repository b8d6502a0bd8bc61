"""A morning by the keyboard alone: sign in, list, open, log a contact, undo it. No pointer is touched."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from playwright.sync_api import Page, expect

from desk_browser import Look
from zhike_desk.records.following import follow
from zhike_desk.records.models import Contact, User


def tab_to(page: Page, what: str, most: int = 80) -> None:
    """Press Tab until what has the focus fits the selector."""
    for _ in range(most):
        if page.evaluate("(what) => document.activeElement.matches(what)", what):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{what} isn't reached in {most} steps")


def logged() -> list[tuple[str, str, float | None, bool]]:
    """Return the contacts logged at the desk: medium, outcome, minutes, whether undone."""
    follow()
    rows = Contact.objects.order_by("id").values_list("medium", "outcome", "minutes", "undone_at")
    return [(medium, outcome, minutes, undone is not None) for medium, outcome, minutes, undone in rows]


def known_to_the_server(name: str, password: str) -> None:
    """Keep a password as the server does; the tests' own way of keeping it is quicker, and unknown there."""
    User.objects.filter(username=name).update(password=PBKDF2PasswordHasher().encode(password, "of-the-test"))


def test_a_contact_is_logged_and_undone_without_a_pointer(transactional: Path, look: Look) -> None:
    known_to_the_server("alice", "alice-is-here")
    with look("") as window:
        page = window.open("/account/login/?next=/clients/")
        tab_to(page, "[name=login]")
        page.keyboard.type("alice")
        tab_to(page, "[name=password]")
        page.keyboard.type("alice-is-here")
        page.keyboard.press("Enter")
        page.wait_for_url(re.compile(r":\d+/clients/$"))
        window.settle()
        for key in ("j", "j", "Enter"):
            page.keyboard.press(key)
        page.wait_for_url(re.compile(r"/clients/\d+/"))
        window.settle()
        page.keyboard.press("r")
        expect(page.locator("#contact-medium")).to_be_focused()
        page.keyboard.type("微信")
        tab_to(page, "[name=outcome]")
        for _ in range(2):
            page.keyboard.press("ArrowDown")
        tab_to(page, "[name=minutes]")
        page.keyboard.type("6")
        page.keyboard.press("Enter")
        expect(page.locator("#toasts")).to_contain_text("联系已登记")
        expect(page.locator("#stream")).to_contain_text("有意向")
        assert [(outcome, minutes, undone) for _, outcome, minutes, undone in logged()] == [
            ("有意向", 6, False)
        ]
        tab_to(page, "#toasts button", most=300)
        page.keyboard.press("Enter")
        expect(page.locator("#toasts")).to_contain_text("已撤销")
        assert [undone for *_, undone in logged()] == [True]
        assert window.complaints == []


@pytest.mark.parametrize(
    ("who", "path", "at"),
    [
        ("bob", "/clients/", "tbody .ask"),
        ("bob", "/team/", "tbody .ask"),
        ("erin", "/segments/", "td .ask"),
        ("bob", "/segments/", ".quadrants .ask"),
    ],
)
@pytest.mark.parametrize(("width", "theme", "lang"), [(1440, "light", "en"), (390, "dark", "zh-hans")])
def test_the_reason_of_a_lists_figure_opens_by_key_and_gives_the_place_back(
    lived_in: Path, look: Look, who: str, path: str, at: str, width: int, theme: str, lang: str
) -> None:
    with look(who, width=width, theme=theme, lang=lang) as window:
        page = window.open(path)
        assert window.faults() == []
        page.locator(at).first.focus()
        page.keyboard.press("Enter")
        expect(page.locator("#why .why-one").first).to_be_visible()
        window.settle()
        assert window.faults(within="#why") == []
        page.locator("#why .why-one").last.locator("summary").press("Enter")
        assert window.faults(within="#why") == []
        page.keyboard.press("Escape")
        expect(page.locator("#why")).to_be_hidden()
        expect(page.locator(at).first).to_be_focused()


def test_the_row_one_is_at_answers_by_w(lived_in: Path, look: Look) -> None:
    with look("bob") as window:
        page = window.open("/clients/")
        name = page.locator("tbody a[data-go]").nth(1).text_content() or "?"
        for key in ("j", "j", "w"):
            page.keyboard.press(key)
        expect(page.locator("#why-body .why-of")).to_contain_text(name)
        assert window.complaints == []
