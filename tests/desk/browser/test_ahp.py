"""Judging in a real browser, by the keyboard alone: saved as one goes, told in words, taken back."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from desk_browser import WIDTHS, Look
from zhike_desk.records.actions import panels
from zhike_desk.records.models import Judgement, User
from zhike_desk.records.viewer import Viewer

AT = datetime(2025, 7, 1, 2, 0, tzinfo=UTC)


@pytest.fixture
def panel(transactional: Path) -> int:
    ids = [User.objects.get(username=name).pk for name in ("alice", "erin")]
    bob = Viewer.of(User.objects.get(username="bob"))
    return int(panels.begin("机构三季度", "institution-1", ids, by=bob, at=AT).id)


def values() -> list[float | None]:
    return list(Judgement.objects.order_by("id").values_list("value", flat=True))


def at_pair(page: Page, k: int) -> None:
    expect(page.locator("#pair")).to_contain_text(f"第 {k} / 3 对")
    expect(page.locator("#slider")).to_be_focused()


def test_a_node_is_judged_by_the_keyboard_alone(panel: int, look: Look) -> None:
    with look("alice") as window:
        page = window.open(f"/value/panels/{panel}/judge/scale/")
        at_pair(page, 1)
        page.keyboard.press("2")
        expect(page.locator("#slider")).to_have_attribute(
            "aria-valuetext", "持仓市值 比 可质押市值：同等与稍微之间（2）"
        )
        page.keyboard.press("Enter")
        at_pair(page, 2)
        for _ in range(3):
            page.keyboard.press("ArrowLeft")
        expect(page.locator("#live")).to_contain_text("已判断 2 / 3 对")
        page.keyboard.press("Enter")
        at_pair(page, 3)
        page.keyboard.press("Space")
        expect(page.locator("#sheet")).to_contain_text("本层已看完：2 / 3 对已判断")
        assert values() == [2.0, 4.0]
        page.locator("#pair-list a").nth(2).click()
        at_pair(page, 3)
        page.keyboard.press("2")
        expect(page.locator("#live")).to_contain_text("57.1%")
        expect(page.locator("#progress")).to_contain_text("3/3")
        page.keyboard.press("Shift+Digit5")
        expect(page.locator("#live")).to_contain_text("矛盾过大")
        page.locator("#take-back").click()
        expect(page.locator("#live")).to_contain_text("57.1%")
        assert values() == [2.0, 4.0, 2.0]
        assert window.faults() == []


@pytest.mark.parametrize("width", WIDTHS)
def test_the_pages_of_the_studio_are_without_fault(panel: int, look: Look, width: int) -> None:
    for who, path, name in (
        ("bob", "/value/", "ahp"),
        ("bob", f"/value/panels/{panel}/", "ahp-panel"),
        ("alice", f"/value/panels/{panel}/judge/scale/", "ahp-judge"),
        ("alice", f"/value/panels/{panel}/judge/scale/?as=matrix", "ahp-matrix"),
    ):
        with look(who, width=width, theme="dark" if width < 800 else "light") as window:
            window.open(path)
            assert window.faults() == []
            window.keep(f"{name}-{width}")
