"""On a telephone: what opens over the page stays within it, and the place where one is can be seen."""

from __future__ import annotations

from pathlib import Path

import pytest

from desk_browser import Look

WITHIN = """(box) => { const at = box.getBoundingClientRect();
  return at.width > 0 && at.left >= 0 && at.right <= innerWidth && at.top >= 0 && at.bottom <= innerHeight; }"""


@pytest.mark.parametrize("path", ["/clients/", "/tasks/"])
def test_every_sheet_of_filters_opens_within_the_page(lived_in: Path, look: Look, path: str) -> None:
    with look("bob", width=390) as window:
        page = window.open(path)
        menus = page.locator(".filters details.menu")
        assert menus.count() > 3
        for n in range(menus.count()):
            menus.nth(n).locator("summary").click()
            window.settle()
            assert menus.nth(n).locator(".sheet").evaluate(WITHIN), n
            page.keyboard.press("Escape")
        assert window.faults() == []


@pytest.mark.parametrize("path", ["/compliance/", "/compliance/roles/"])
def test_the_tab_where_one_is_comes_into_view(lived_in: Path, look: Look, path: str) -> None:
    with look("dora", width=390) as window:
        page = window.open(path)
        tab = page.locator("main .tabs [aria-current]").first
        assert tab.get_attribute("href") == path
        assert tab.evaluate(WITHIN)


@pytest.mark.parametrize(("path", "where"), [("/market/", "#behaviour"), ("/segments/", ".segments > .card")])
def test_what_a_wide_table_is_about_is_read_without_scrolling_sideways(
    lived_in: Path, look: Look, path: str, where: str
) -> None:
    with look("bob", width=390, lang="en") as window:
        page = window.open(path)
        told = page.locator(f"{where} p.small").first
        told.scroll_into_view_if_needed()
        assert len(told.inner_text()) > 40
        assert told.evaluate(
            "(p) => p.scrollWidth <= p.clientWidth && p.getBoundingClientRect().right <= innerWidth"
        )
