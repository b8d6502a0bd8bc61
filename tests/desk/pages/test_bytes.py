"""What a page weighs, packed: its HTML, and all that a browser which has never been here must fetch with it."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable
from pathlib import Path

import brotli
import pytest
from django.contrib.staticfiles import finders
from django.test import Client

SignedIn = Callable[[str], Client]
HTML, LIST, CHART = 12_000, 60_000, 380_000
FETCHED = re.compile(r'(?:src|href)="/static/([^"#?]+\.(?:js|css|svg))')


def test_a_page_is_packed_on_the_wire(signed_in: SignedIn) -> None:
    plain = signed_in("bob").get("/clients/")
    sent = signed_in("bob").get("/clients/", headers={"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in plain.headers
    assert sent.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in sent.headers["Vary"]
    assert len(sent.content) <= HTML < len(plain.content)
    assert gzip.decompress(sent.content).count(b"<tr") == plain.content.count(b"<tr") > 20


def packed(text: bytes) -> int:
    return len(gzip.compress(text, 6))


def parts(html: str) -> set[str]:
    """Return the files a page fetches, with the pictures and fonts its styles name."""
    found = set(FETCHED.findall(html))
    for name in [n for n in found if n.endswith(".css")]:
        css = Path(str(finders.find(name))).read_text("utf-8")
        found |= {
            str(Path(name).parent / url)
            for url in re.findall(r"url\(['\"]?([\w./-]+)", css)
            if ":" not in url
        }
    return found


def cold(html: bytes) -> int:
    files = [finders.find(name) for name in sorted(parts(html.decode()))]
    assert None not in files
    return packed(html) + sum(len(brotli.compress(Path(str(file)).read_bytes())) for file in files)


def test_a_page_fetches_what_it_names() -> None:
    assert parts('<link href="/static/ui/desk.css"><script src="/static/ui/desk.js">') >= {
        "ui/desk.css",
        "ui/desk.js",
    }
    assert (
        packed(bytes(range(256)) * 40) < 1_000 < packed(b"".join(n.to_bytes(4, "big") for n in range(4_000)))
    )


@pytest.mark.parametrize("who", ["alice", "bob", "dora"])
def test_a_list_of_clients_is_light(signed_in: SignedIn, who: str) -> None:
    html = signed_in(who).get("/clients/").content
    assert html.count(b"<tr") > 20
    assert packed(html) <= HTML
    assert cold(html) <= LIST


def test_a_page_of_charts_is_not_heavy(signed_in: SignedIn) -> None:
    browser = signed_in("alice")
    first = re.findall(r'href="(/clients/\d+/)', browser.get("/clients/").content.decode())[0]
    for path in ("/market/", first):
        html = browser.get(path).content
        assert "echarts" in html.decode()
        assert LIST < cold(html) <= CHART
