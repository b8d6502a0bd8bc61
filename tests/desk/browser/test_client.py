"""One client in a real browser: widths, themes, the keys, a contact logged and undone, a field revealed."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from desk_browser import THEMES, WIDTHS, Look
from people import PEOPLE
from zhike_desk.records.following import follow
from zhike_desk.records.models import BookClient, BookHolding, BookRelation, Contact


def _client() -> str:
    """Return a client of Alice's who holds securities."""
    follow()
    ids = BookRelation.objects.filter(staff_id=PEOPLE["alice"].staff_id, role="server").values("client_id")
    held = BookHolding.objects.values("client_id")
    found = BookClient.objects.filter(client_id__in=ids).filter(client_id__in=held).order_by("-score").first()
    assert found is not None
    return found.client_id


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("width", WIDTHS)
def test_the_page_of_a_client_is_without_fault(look: Look, width: int, theme: str) -> None:
    with look(width=width, theme=theme) as window:
        page = window.open(f"/clients/{_client()}/?in=")
        for chart in ("#profit", "section:has(#assets-title)"):
            page.locator(chart).scroll_into_view_if_needed()
            page.wait_for_selector(f"{chart} canvas")
        assert window.faults() == []
        window.keep(f"client-{width}-{theme}")


def test_its_dialogs_and_reasons_are_without_fault(look: Look) -> None:
    with look(lang="en") as window:
        page = window.open(f"/clients/{_client()}/")
        for name in ("reveal", "consent"):
            page.evaluate(f"desk.open('{name}')")
            assert window.faults() == []
            page.keyboard.press("Escape")
        page.locator(".stats details.why > summary").nth(4).click()
        assert window.faults(within="details[open]") == []


def test_a_contact_is_logged_by_keys_alone_and_undone(transactional: object, look: Look) -> None:
    with look() as window:
        page = window.open(f"/clients/{_client()}/")
        page.keyboard.press("r")
        expect(page.locator("#contact-medium")).to_be_focused()
        page.keyboard.press("Tab")
        page.keyboard.press("Tab")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        expect(page.locator("#stream")).to_contain_text("已沟通")
        assert Contact.objects.filter(undone_at__isnull=True).count() == 1
        page.locator("#toasts button", has_text="撤销").click()
        expect(page.locator("#stream")).not_to_contain_text("已沟通")
        assert Contact.objects.filter(undone_at__isnull=True).count() == 0


def test_a_revealed_field_is_gone_when_the_dialog_closes(transactional: object, look: Look) -> None:
    with look() as window:
        page = window.open(f"/clients/{_client()}/")
        page.locator("[data-open=reveal]").click()
        page.fill("#reveal-reason", "客户来电核对")
        page.locator("#reveal button[type=submit]").click()
        expect(page.locator("#reveal-told .revealed")).to_be_visible()
        assert window.faults() == []
        page.keyboard.press("Escape")
        expect(page.locator("#reveal-told")).to_be_empty()
