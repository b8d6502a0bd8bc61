"""Four people at once before a real `zhike serve`: each signs in and goes through the pages of a morning, again and again."""

from __future__ import annotations

import re
import sys
import urllib.error
import urllib.parse
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http.cookiejar import CookieJar
from pathlib import Path
from time import perf_counter

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "tests")]

from desk_served import served  # noqa: E402

PROMISED = 0.3
ROUNDS = 15
PEOPLE = ("alice", "grace", "bob", "dora")
_DAY = {
    "alice": ("/today/", "/clients/", "/clients/?logic=trend", "CLIENT", "/tasks/", "/palette/?q=zw"),
    "grace": ("/today/", "/clients/", "/clients/?sort=-net_now", "CLIENT", "/tasks/", "/market/"),
    "bob": ("/today/", "/clients/", "CLIENT", "/palette/?q=8846", "/clients/count/", "/tasks/"),
    "dora": ("/clients/", "/clients/?grade=gold", "CLIENT", "/palette/?q=zhangwei", "/compliance/", "/log/"),
}


@dataclass(frozen=True, slots=True)
class Crowd:
    """What four people met: seconds of each request in order of size, and what went wrong."""

    seconds: tuple[float, ...]
    errors: tuple[str, ...]
    slowest: str

    @property
    def broken(self) -> bool:
        """Tell whether a promise was broken: an error, or a p95 above 300 ms."""
        return bool(self.errors) or self.at(0.95) > PROMISED

    def at(self, share: float) -> float:
        """Return the seconds that a share of the requests kept within."""
        return self.seconds[min(len(self.seconds) - 1, int(share * len(self.seconds)))]


class Person:
    """One of them, with a session of their own."""

    def __init__(self, base: str, name: str) -> None:
        self._base, self.name = base, name
        self.jar = CookieJar()
        self._opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor(self.jar)
        )
        self.errors: list[str] = []
        self.took: list[tuple[float, str]] = []

    def get(self, path: str, *, counted: bool = True) -> str:
        """Ask for a page; note how long it took, and what went wrong."""
        begun = perf_counter()
        try:
            with self._opener.open(self._base + path, timeout=30) as answer:
                text = str(answer.read().decode())
        except OSError as error:
            self.errors.append(f"{self.name} {path}: {error}")
            return ""
        if counted:
            self.took.append((perf_counter() - begun, f"{self.name} {path}"))
        return text

    def sign_in(self, password: str) -> None:
        """Sign in by the form."""
        self.get("/account/login/", counted=False)
        token = next((c.value or "" for c in self.jar if c.name == "csrftoken"), "")
        form = {"csrfmiddlewaretoken": token, "login": self.name, "password": password}
        self._opener.open(f"{self._base}/account/login/", urllib.parse.urlencode(form).encode(), timeout=30)

    def day(self) -> None:
        """Go through the day's pages, a client of their list among them."""
        page = self.get("/clients/", counted=False)
        clients = re.findall(r'href="(/clients/\d+/)', page) or ["/clients/"]
        for turn in range(ROUNDS):
            for path in _DAY[self.name]:
                self.get(clients[turn % len(clients)] if path == "CLIENT" else path)


def crowd(home: Path) -> Crowd:
    """Serve the home as it is served in earnest, and let four people work there at once."""
    with served(home, "--workers", "2") as desk:
        desk.wait(told="alice")
        people = [Person(f"http://127.0.0.1:{desk.port}", name) for name in PEOPLE]
        for person in people:
            person.sign_in(_password(desk.said()))
        with ThreadPoolExecutor(len(people)) as pool:
            list(pool.map(Person.day, people))
        took = sorted(each for person in people for each in person.took)
        errors = tuple(error for person in people for error in person.errors)
        return Crowd(tuple(seconds for seconds, _ in took), errors, took[-1][1] if took else "")


def _password(said: str) -> str:
    """Find the demo accounts' password in what the desk says as it starts: the last word of an account's line."""
    line = next(line for line in said.splitlines() if re.match(r"\s*alice\b", line))
    return line.split()[-1]


def told(found: Crowd) -> str:
    """Say what four people met."""
    p50, p95 = (found.at(share) * 1e3 for share in (0.5, 0.95))
    first = f"; first error: {found.errors[0]}" if found.errors else ""
    return (
        f"  four people at once: {len(found.seconds)} requests, {len(found.errors)} errors, p50 {p50:.0f} ms, p95 {p95:.0f} ms, "
        f"slowest {found.seconds[-1] * 1e3:.0f} ms ({found.slowest}){first}"
    )
