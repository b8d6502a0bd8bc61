"""The bar for many rows in a real browser: what is chosen, what all would be, an act on them and the way back."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from desk_browser import WIDTHS, Look
from zhike_desk.records.models import SavedView, Tag


@pytest.mark.parametrize("width", WIDTHS)
def test_the_bar_says_how_many_are_chosen_and_how_many_there_are(
    transactional: object, look: Look, width: int
) -> None:
    with look("alice", width=width) as window:
        page = window.open("/clients/")
        bar = page.locator("[data-bulk-bar]")
        expect(bar).to_be_hidden()
        for row in (0, 1):
            page.locator("tbody td.pick input").nth(row).check()
        expect(bar).to_contain_text("已选 2 位（本页）")
        expect(bar).to_contain_text("选择全部 27 位")
        assert window.faults() == []
        bar.locator("#word").fill("打新")
        bar.get_by_role("button", name="加标签").click()
        window.settle()
        assert Tag.objects.count() == 2
        page.locator("#toasts button", has_text="撤销").click()
        expect(page.locator("#toasts")).to_contain_text("已撤销")
        assert Tag.objects.count() == 0


def test_a_view_is_saved_from_its_dialog_and_its_tab_tells_its_count(
    transactional: object, look: Look
) -> None:
    with look("alice") as window:
        page = window.open("/clients/?stage=mature")
        page.get_by_role("button", name="保存视图").click()
        page.locator("#view-name").fill("成熟客户")
        page.locator("#save-view").get_by_role("button", name="保存", exact=True).click()
        window.settle()
        count = page.locator("[data-count]").get_attribute("data-count")
        expect(page.locator("nav.tabs", has_text="成熟客户").locator(".badge")).to_have_text(str(count))
        assert SavedView.objects.get().query == "stage=mature"
        assert window.faults() == []


def test_the_pages_of_jobs_are_without_fault(look: Look) -> None:
    for theme in ("light", "dark"):
        with look("alice", width=390, theme=theme) as window:
            window.open("/jobs/")
            assert window.faults() == []
