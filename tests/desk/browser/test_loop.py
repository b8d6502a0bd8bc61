"""The loop, in a browser, through pages alone: a contact is logged, a night is run, the list of clients counts it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

import desk_ground
from desk_browser import Window, window
from desk_served import served
from zhike_desk import made_up
from zhike_desk.records import demo

LIST = "/clients/?col=m.contacts_1m&sort=-score"


def sign_in(opened: Window, name: str) -> None:
    """Sign in by the form."""
    page = opened.open("/account/login/")
    form = page.locator("form:has(#id_login)")  # a demo has a form of one button for each account beside it
    form.locator("[name=login]").fill(name)
    form.locator("[name=password]").fill(demo.PASSWORD)
    form.locator("button[type=submit]").click()
    page.wait_for_url(lambda url: "/login/" not in url)


def contacts(page: Page) -> float:
    """Read what the first client of the list shows as contacts of the month."""
    return float(page.locator("tbody tr").first.locator("td").last.inner_text().replace("—", "0"))


@pytest.mark.slow
def test_a_contact_logged_in_a_browser_is_counted_after_a_night_run_in_a_browser(
    request: pytest.FixtureRequest, tmp_path: Path, chromium: Browser
) -> None:
    kept = desk_ground.kept_home(request.config.cache.mkdir("desk-home"))
    home = Path(shutil.copytree(kept, tmp_path / "home"))
    made_up.mark(home, {"clients": desk_ground.CLIENTS})
    with served(home, "--workers", "1", lang="zh") as desk:
        desk.wait(told="alice")
        address = f"http://127.0.0.1:{desk.port}"
        with (
            window(chromium, address, {}, width=1440, theme="light") as hers,
            window(chromium, address, {}, width=1440, theme="light") as his,
        ):
            sign_in(hers, "alice")
            page = hers.open(LIST)
            before = contacts(page)
            page.locator("tbody a").first.click()
            hers.settle()
            page.locator("[name=outcome]").select_option("有意向")
            page.get_by_role("button", name="登记联系").click()
            expect(page.locator("#toasts")).to_contain_text("联系已登记")
            page.wait_for_timeout(10_500)  # what may still be undone isn't handed over
            sign_in(his, "bob")
            his.open("/data/").get_by_role("button", name="立即夜间运行").click()
            expect(his.page.locator("#toasts")).to_contain_text("排队")
            _night_over(his)
            assert contacts(hers.open(LIST)) == before + 1
            assert hers.complaints + his.complaints == []
        assert desk.stop() == 0


def _night_over(his: Window) -> None:
    for _ in range(120):
        page = his.open("/data/")
        if page.locator("#nights").locator("xpath=ancestor::section").locator("tbody tr").count() > 1:
            return
        page.wait_for_timeout(1_000)
    pytest.fail("the night took too long")
