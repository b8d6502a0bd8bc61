"""A browser before the desk: Debian's chromium, one window for each look, and what it complains of.

    def test_the_page_of_clients(look: Look) -> None:
        with look("alice", width=390, theme="dark") as window:
            window.open("/clients/")
            assert window.faults() == []        # axe, console, policy, sideways scrolling

`faults` is empty for a page that may be shipped; each fault is a sentence.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Playwright

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
WIDTHS = (1440, 390)
THEMES = ("light", "dark")
_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_SETTLED = "() => !document.querySelector('.htmx-request, .htmx-settling, .htmx-swapping')"

PICTURES = Path(
    os.environ.get("ZHIKE_PICTURES") or Path(__file__).resolve().parent.parent / "var" / "screenshots"
)
_OBSERVE = """
window.vitals = { LCP: 0, CLS: 0, TBT: 0 };
const observe = (type, take) => new PerformanceObserver((list) => list.getEntries().forEach(take)).observe({ type, buffered: true });
observe("largest-contentful-paint", (entry) => { window.vitals.LCP = entry.startTime; });
observe("layout-shift", (entry) => { if (!entry.hadRecentInput) window.vitals.CLS += entry.value; });
observe("longtask", (entry) => { window.vitals.TBT += Math.max(0, entry.duration - 50); });
"""

Look = Callable[..., AbstractContextManager["Window"]]


def launched(play: Playwright) -> Browser:
    """Start the browser; as root it has no sandbox of its own."""
    return play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--font-render-hinting=none"])


@dataclass(slots=True)
class Window:
    """One window of the browser: its page, and what it complained of since it was opened."""

    page: Page
    address: str
    complaints: list[str] = field(default_factory=list)

    def open(self, path: str, *, status: int = 200) -> Page:
        """Go to a path; wait until what it loads afterwards is there. AssertionError where it answers another status."""
        answer = self.page.goto(f"{self.address}{path}")
        assert answer is not None
        assert answer.status == status, f"{path}: {answer.status}"
        self.settle()
        return self.page

    def settle(self) -> None:
        """Wait until nothing is being loaded into the page."""
        self.page.wait_for_load_state("networkidle")
        self.page.wait_for_function(_SETTLED)

    def faults(self, within: str = "html") -> list[str]:
        """Return what is wrong with the page as it stands: axe's violations, errors of console and policy, scrolling sideways.

        What lies below an open panel is half covered, so a panel is looked at `within` itself.
        """
        wide = self.page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        return [
            *violations(self.page, within),
            *self.complaints,
            *([f"{wide} px too wide"] if wide > 0 else []),
        ]

    def draw(self) -> None:
        """Go down the page and up again, so that every chart on it is drawn: they wait until they are seen."""
        charts = self.page.locator("figure.chart:visible")
        for k in range(charts.count()):
            charts.nth(k).scroll_into_view_if_needed()
            charts.nth(k).locator("canvas, svg").first.wait_for()
        self.page.evaluate("window.scrollTo(0, 0)")

    def vitals(self) -> dict[str, float]:
        """Return how the page came to stand: LCP and TBT in milliseconds, CLS; observed since it was opened."""
        found: dict[str, float] = self.page.evaluate("window.vitals")
        return found

    def keep(self, name: str) -> None:
        """Keep a picture of the whole page in var/screenshots, or where ZHIKE_PICTURES says."""
        PICTURES.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=PICTURES / f"{name}.png", full_page=True)


def violations(page: Page, within: str = "html") -> list[str]:
    """Return what axe finds against WCAG 2.2 AA and best practice: rule, where, what to do."""
    found: Any = Axe().run(page, within, options={"runOnly": _RULES}).response["violations"]
    return [
        f"{rule['id']}: {node['target']}: {node['failureSummary']}"
        for rule in found
        for node in rule["nodes"]
    ]


@contextmanager
def window(
    browser: Browser, address: str, cookies: dict[str, str], *, width: int, theme: str, height: int = 900
) -> Iterator[Window]:
    """Open a window of a width and a theme, with cookies; close it at the end."""
    context = browser.new_context(
        viewport={"width": width, "height": height},
        locale="zh-CN",
        reduced_motion="reduce",
        has_touch=width < 800,
        permissions=["clipboard-read", "clipboard-write"],
    )
    given = {**cookies, "zhike_theme": theme}
    context.add_cookies([{"name": k, "value": v, "url": address} for k, v in given.items()])
    context.add_init_script(_OBSERVE)
    opened = Window(context.new_page(), address)
    opened.page.on("console", lambda m: opened.complaints.append(m.text) if m.type == "error" else None)
    opened.page.on("pageerror", lambda e: opened.complaints.append(str(e)))
    try:
        yield opened
    finally:
        context.close()
