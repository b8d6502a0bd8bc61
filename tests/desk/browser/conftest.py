"""The ground of browser tests: the desk served as it is in earnest, in a process of its own, and windows for its people.

Skipped, saying so, where no chromium is installed.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

import desk_browser
from desk_served import environment, free_port
from zhike_desk.offspring import PARENT

_PREPARE = "import sys, pathlib; from zhike_desk.commands import preparing as p; p.begin(pathlib.Path(sys.argv[1]), demo=True); p.static()"


@pytest.fixture(scope="session")
def server(desk: Path) -> Iterator[str]:
    """Serve the tests' desk by the desk's own web server; give its address."""
    port = free_port()
    more = {"ZHIKE_HOME": str(desk), "ZHIKE_DESK_DEMO": "1", "DJANGO_SETTINGS_MODULE": "zhike_desk.settings"}
    if "DATABASE_URL" in os.environ:
        more["DATABASE_URL"] = os.environ["DATABASE_URL"]
    env = environment(**more, **{PARENT: str(os.getpid())})
    subprocess.run([sys.executable, "-c", _PREPARE, str(desk)], env=env, check=True)
    words = ["--host", "127.0.0.1", "--port", str(port), "--workers", "1", "--threads", "4"]
    process = subprocess.Popen([sys.executable, "-m", "zhike_desk.commands.web", *words], env=env)
    address = f"http://127.0.0.1:{port}"
    try:
        _wait(process, f"{address}/healthy/")
        yield address
    finally:
        process.terminate()
        process.wait(30)


def _wait(process: subprocess.Popen[bytes], url: str) -> None:
    until = time.monotonic() + 90
    while time.monotonic() < until:
        assert process.poll() is None, "the web server ended"
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except OSError:
            time.sleep(0.1)
    raise AssertionError("the web server doesn't answer")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Give a browser; skip, saying so, where none is installed."""
    if desk_browser.CHROMIUM is None:
        pytest.skip("no chromium here: apt-get install chromium fonts-noto-cjk")
    # playwright runs a loop in this thread, which Django takes for an asynchronous caller
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    try:
        with sync_playwright() as play:
            browser = desk_browser.launched(play)
            yield browser
            browser.close()
    finally:
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def look(server: str, chromium: Browser) -> desk_browser.Look:
    """Return who opens a window: look(name="alice", width=1440, theme="light", lang="zh-hans"); nobody signed in for an empty name."""

    @contextmanager
    def opened(
        name: str = "alice", *, width: int = 1440, theme: str = "light", lang: str = "zh-hans"
    ) -> Iterator[desk_browser.Window]:
        cookies = {"zhike_language": lang} | ({"sessionid": _session(name)} if name else {})
        with desk_browser.window(chromium, server, cookies, width=width, theme=theme) as found:
            yield found

    return opened


def _session(name: str) -> str:
    from django.test import Client

    from zhike_desk.records.models import User

    browser = Client()
    browser.force_login(User.objects.get(username=name))
    return browser.cookies["sessionid"].value
