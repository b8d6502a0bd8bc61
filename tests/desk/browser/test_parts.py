"""The page of parts, and the frame around every page, in a real browser: widths, themes, keys, search, toasts."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from desk_browser import THEMES, WIDTHS, Look, Window, violations


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("width", WIDTHS)
def test_the_page_of_parts_is_without_fault(look: Look, width: int, theme: str) -> None:
    with look(width=width, theme=theme) as window:
        page = window.open("/parts/")
        page.locator("#part-chart").scroll_into_view_if_needed()
        page.wait_for_selector("#part-chart canvas")
        assert window.faults() == []
        window.keep(f"parts-{width}-{theme}")


@pytest.mark.parametrize("width", WIDTHS)
def test_the_sign_in_is_without_fault(look: Look, width: int) -> None:
    with look("", width=width) as window:
        window.open("/account/login/")
        assert window.faults() == []
        window.keep(f"sign-in-{width}")


def test_a_planted_violation_is_found(look: Look) -> None:
    with look() as window:
        page = window.open("/parts/")
        page.evaluate("document.querySelector('main').append(document.createElement('button'))")
        assert [v.split(":")[0] for v in violations(page)] == ["button-name"]


def test_a_planted_inline_style_is_found(look: Look) -> None:
    with look() as window:
        page = window.open("/parts/")
        page.evaluate(
            "document.querySelector('main').insertAdjacentHTML('beforeend', '<p style=\"color:red\">1</p>')"
        )
        assert len(window.faults()) == 1


@pytest.mark.parametrize("theme", THEMES)
def test_dialogs_are_without_fault_and_close_by_escape(look: Look, theme: str) -> None:
    with look(theme=theme) as window:
        page = window.open("/parts/")
        for name in ("palette", "keys", "sample-dialog", "sample-drawer"):
            page.evaluate(f"desk.open('{name}')")
            assert window.faults() == []
            page.keyboard.press("Escape")
            expect(page.locator("dialog[open]")).to_have_count(0)


@pytest.mark.parametrize("width", WIDTHS)
def test_menus_and_reasons_open_within_the_window(look: Look, width: int) -> None:
    with look(width=width) as window:
        page = window.open("/parts/")
        for summary in (
            "details.user > summary",
            "#part-why details.why > summary",
            "#part-why details.define > summary",
        ):
            page.locator(summary).click()
            assert window.faults(within="details[open]") == []
        page.keyboard.press("Escape")
        assert page.locator("details.define[open], details.why[open], details.menu[open]").count() == 0


def test_keys_walk_the_rows_and_tick_them(look: Look) -> None:
    with look() as window:
        page = window.open("/parts/")
        rows = page.locator("#part-table tr[data-row]")
        page.keyboard.press("j")
        assert "at" in (rows.nth(0).get_attribute("class") or "")
        page.keyboard.press("j")
        page.keyboard.press("j")
        page.keyboard.press("j")  # the last stays the last
        assert "at" in (rows.nth(2).get_attribute("class") or "")
        page.keyboard.press("x")
        assert rows.nth(2).locator("input").is_checked()
        assert "chosen" in (rows.nth(2).get_attribute("class") or "")
        page.keyboard.press("k")
        page.keyboard.press("Enter")
        page.wait_for_function("location.hash === '#part-table'", timeout=5_000)


def test_no_key_acts_while_one_types_or_composes(look: Look) -> None:
    with look() as window:
        page = window.open("/parts/")
        page.keyboard.press("/")
        assert page.evaluate("document.activeElement.hasAttribute('data-search')")
        page.keyboard.type("j?x/")
        assert page.locator("[data-search]").input_value() == "j?x/"
        assert page.locator("dialog[open], tr.at").count() == 0
        page.evaluate("document.activeElement.blur()")
        composing = "document.body.dispatchEvent(new KeyboardEvent('keydown', {key: '?', isComposing: true, bubbles: true}))"
        page.evaluate(composing)
        assert page.locator("dialog[open]").count() == 0
        page.evaluate(composing.replace("true, b", "false, b"))
        assert page.locator("#keys[open]").count() == 1


def found(window: Window) -> list[str]:
    return window.page.locator("#palette-found [role=option]").all_inner_texts()


def test_search_is_open_by_keys_alone_and_leads_to_a_page(look: Look) -> None:
    with look() as window:
        page = window.open("/parts/")
        page.keyboard.press("Control+k")
        field = page.locator("#palette-input")
        assert 1 <= len(found(window)) <= 8  # pages, before anything is typed
        page.keyboard.type("help")
        expect(page.locator("#palette-found [role=option]")).to_have_count(1)
        assert field.get_attribute("aria-activedescendant") == "palette-0"
        assert field.get_attribute("aria-expanded") == "true"
        assert window.faults() == []
        page.keyboard.press("Enter")
        page.wait_for_url("**/help/")


def test_search_that_finds_nothing_says_so(look: Look) -> None:
    with look() as window:
        page = window.open("/parts/")
        page.keyboard.press("Control+k")
        page.keyboard.type("qqqqqq")
        expect(page.locator("#palette-state")).to_contain_text("没有找到")
        assert page.locator("#palette-input").get_attribute("aria-expanded") == "false"


def test_a_toast_can_be_undone_for_ten_seconds(look: Look) -> None:
    with look() as window:
        page = window.open("/parts/")
        page.evaluate(
            "document.body.dispatchEvent(new CustomEvent('toast', {detail: {text: '<b>已记录</b>', undo: 'no-such-code'}}))"
        )
        toast = page.locator("#toasts .toast")
        assert toast.locator("p").inner_text() == "<b>已记录</b>"  # text, not markup
        assert toast.locator(".left-over").inner_text() in ("10", "9")
        assert window.faults() == []
        with page.expect_request("**/undo/**") as sent:
            toast.get_by_role("button", name="撤销").click()
        assert sent.value.method == "POST"
        assert sent.value.post_data == "code=no-such-code"
        expect(page.locator("#toasts")).to_contain_text("没有成功")


def test_colours_of_rise_and_fall_turn_by_their_button_only(look: Look) -> None:
    with look() as window:
        page = window.open("/parts/")
        page.locator("h1").click()
        assert page.evaluate("document.documentElement.dataset.updown") == "east"
        page.locator("details.user > summary").click()
        page.locator("[data-turn]").click()
        assert page.evaluate("document.documentElement.dataset.updown") == "west"
        page.reload()
        assert page.evaluate("document.documentElement.dataset.updown") == "west"


def test_dark_comes_with_the_page_and_stays(look: Look) -> None:
    with look(theme="auto") as window:
        page = window.open("/parts/")
        page.get_by_role("button", name="改用深色").click()
        page.wait_for_load_state()
        assert page.url.endswith("/parts/")
        assert page.evaluate("document.documentElement.dataset.theme") == "dark"


def test_the_exact_value_is_copied(look: Look) -> None:
    with look() as window:
        page = window.open("/parts/")
        page.locator("#part-numbers [data-copy]").click()
        expect(page.locator("#toasts")).to_contain_text("15234000.56")
        assert page.evaluate("navigator.clipboard.readText()") == "15234000.56"


def test_on_a_phone_places_lie_at_the_bottom_and_the_rest_in_a_sheet(look: Look) -> None:
    with look("alice", width=390) as window:
        page = window.open("/parts/")
        nav = page.locator("nav.nav")
        assert nav.bounding_box()["y"] > 800  # type: ignore[index]
        shown = [a for a in nav.locator("> ul > li > a").all() if a.is_visible()]
        assert 3 <= len(shown) <= 5
        if nav.locator(".more").count():
            nav.locator(".more summary").click()
            assert window.faults(within="nav") == []
