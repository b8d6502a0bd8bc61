"""Somebody's browser, as far as forms need one: what is sent to a served desk over HTTP, and what it answers."""

from __future__ import annotations

import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Sequence
from http.cookiejar import CookieJar
from typing import Any

from desk_served import Served


class _Stays(urllib.request.HTTPRedirectHandler):
    """Follows nothing: what a form answers with is looked at, not where it leads."""

    def redirect_request(self, *_: Any) -> None:
        """Stay."""


class Browser:
    """Somebody's browser, as far as forms need one: cookies, the token of each form, the page the last one was answered with."""

    def __init__(self, desk: Served) -> None:
        self._base = f"http://127.0.0.1:{desk.port}"
        self._jar = CookieJar()
        self.answered = ""
        self._opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor(self._jar)
        )

    def get(self, path: str) -> str:
        """Return a page."""
        with self._opener.open(self._base + path, timeout=30) as answer:
            return str(answer.read().decode())

    def post(self, path: str, **form: str | Sequence[str]) -> int:
        """Send a form with the token of the session; return the status of the answer itself."""
        token = next((c.value or "" for c in self._jar if c.name == "csrftoken"), "")
        data = urllib.parse.urlencode({"csrfmiddlewaretoken": token, **form}, doseq=True).encode()
        stays = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor(self._jar), _Stays()
        )
        try:
            with stays.open(self._base + path, data, timeout=30) as answer:
                self.answered = str(answer.read().decode())
                return int(answer.status)
        except urllib.error.HTTPError as answer:
            return answer.code
