"""What a request of the desk costs with 100,000 and 1,000,000 clients: CPU, queries, bytes; and four people at once.

    python bench/desk.py [--clients 100000 1000000] [--times 30] [--no-crowd]

CPU is the process's own, user and system, median of the requests after five to warm up, through the whole stack (session, gate,
queries, templates) in a process of its own; it travels between machines better than seconds on the wall. Budgets are those of the
workbench: a broken one is marked, and the exit code is 1. The crowd are four people at a real `zhike serve`, for what is
promised of seconds: no error, and p95 of the day's pages at most 300 ms. Figures of two open CRMs on Django stand beside, as
measured elsewhere. The first look of a day at a client is logged (five statements more), later ones, counted here, aren't. The homes are made by `desk_publish.desk_home`, once.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import re
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from time import process_time
from typing import TYPE_CHECKING, Any

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "tests")]

from _desk_crowd import crowd, told  # noqa: E402
from desk_publish import MILLION, desk_home  # noqa: E402

from zhike_desk import made_up  # noqa: E402

if TYPE_CHECKING:
    from django.test import Client

WARM = 5
DEEP = 200
ELSEWHERE = (
    ("list page, two open CRMs on Django", "700–1,400", "66–522"),
    ("detail page, two open CRMs on Django", "90–100", "21–26"),
)


@dataclass(frozen=True, slots=True)
class Work:
    """A request and what is promised of it: milliseconds of CPU, queries, bytes once packed (0: nothing is)."""

    name: str
    who: str
    path: str
    cpu: float = 20.0
    queries: int = 12
    packed: int = 12_000
    fragment: bool = False


@dataclass(frozen=True, slots=True)
class Cost:
    """What a request cost: milliseconds of CPU, queries, bytes as they are and packed."""

    name: str
    cpu: float
    queries: int
    raw: int
    packed: int
    broken: str


def _works(keys: dict[str, str]) -> list[Work]:
    """Return what is measured; `keys` are addresses that depend on who is there."""
    return [
        Work("list, manager", "alice", "/clients/"),
        Work("list, head", "bob", "/clients/"),
        Work("list, all clients", "dora", "/clients/"),
        Work("list, all, by assets", "dora", "/clients/?sort=-net_now"),
        Work("list, all, by pinyin", "dora", "/clients/?sort=sort_key"),
        Work(f"page {DEEP}, all clients", "dora", keys["deep"]),
        Work("filtered by class", "dora", "/clients/?logic=trend&grade=gold", fragment=True),
        Work("filtered by bound", "dora", "/clients/?net_now.min=500000&sort=-score", fragment=True),
        Work(
            "filtered by two bounds, by return",
            "dora",
            "/clients/?days_since_trade.min=200&net_now.max=1000&sort=-twr_12m",
            fragment=True,
        ),
        Work(
            "filtered by a bound few fit, by pinyin",
            "dora",
            "/clients/?clv_p50.min=1000&sort=sort_key",
            fragment=True,
        ),
        Work("filtered by class, head", "bob", "/clients/?logic=trend&grade=gold", fragment=True),
        Work("filtered by a measure", "dora", "/clients/?m.turnover_3m.min=2", cpu=300.0, fragment=True),
        Work("filtered by a measure, head", "bob", "/clients/?m.turnover_3m.min=2", cpu=300.0, fragment=True),
        Work("count of all", "dora", "/clients/count/", packed=0),
        Work("count of a class", "dora", "/clients/count/?logic=trend&grade=gold", packed=0),
        Work("name search, two characters", "dora", f"/palette/?q={keys['name']}", packed=0),
        Work("name search, pinyin", "dora", "/palette/?q=zhangwei", packed=0),
        Work("phone search, last four", "dora", "/palette/?q=8846", packed=0),
        Work("number search", "dora", f"/palette/?q={keys['number']}", packed=0),
        Work("name search, manager", "alice", "/palette/?q=zw", packed=0),
        Work("phone search, head", "bob", "/palette/?q=8846", packed=0),
        Work("client with timeline, manager", "alice", keys["client"], 40.0, 15, 0),
        Work("client with timeline, head", "bob", keys["client of bob"], 40.0, 15, 0),
        Work("today, manager", "alice", "/today/", 40.0, 15, 0),
        Work("today, head", "bob", "/today/", 40.0, 15, 0),
        Work("tasks, head", "bob", "/tasks/", 20.0, 12, 0),
    ]


def measured(home: Path, times: int) -> list[Cost]:
    """Measure a home's requests in a process of its own."""
    ours = {"ZHIKE_HOME": str(home), "ZHIKE_DESK_DEMO": "1", "DJANGO_SETTINGS_MODULE": "zhike_desk.settings"}
    env = {**os.environ, **ours, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
    words = [sys.executable, __file__, "--one", "--times", str(times)]
    done = subprocess.run(words, env=env, check=True, stdout=subprocess.PIPE, text=True)
    return [Cost(**found) for found in json.loads(done.stdout.splitlines()[-1])]


def _one(times: int) -> None:
    """Measure the home of the environment, and print what was found as JSON."""
    import django

    django.setup()
    from zhike_desk.commands import preparing
    from zhike_desk.records import demo

    preparing.begin(Path(os.environ["ZHIKE_HOME"]), demo=True)
    preparing.tables()
    preparing.static()
    demo.prepare()
    people = {name: _signed_in(name) for name in ("alice", "bob", "dora")}
    works = _works(_keys(people))
    print(json.dumps([asdict(_cost(work, people[work.who], times)) for work in works]))


def _signed_in(name: str) -> Client:
    from django.test import Client

    from zhike_desk.records.models import User

    browser = Client(SERVER_NAME="127.0.0.1")
    browser.force_login(
        User.objects.get(username=name), "allauth.account.auth_backends.AuthenticationBackend"
    )
    return browser


def _keys(people: dict[str, Client]) -> dict[str, str]:
    """Find addresses that depend on the branch: clients of the manager and the head, a name, the page far down the list."""
    found = {}
    for name, key in (("alice", "client"), ("bob", "client of bob")):
        page = people[name].get("/clients/").content.decode()
        found[key] = re.findall(r'href="(/clients/\d+/[^"]*)"', page)[0].replace("&amp;", "&")
    found["number"] = found["client"].split("/")[2]
    from zhike_desk.records.models import BookClient

    found["name"] = "张伟"
    at = DEEP * 50
    mark = BookClient.objects.order_by("-score", "-client_id").values_list("pseudonym", flat=True)[at]
    found["deep"] = f"/clients/?after={mark}"
    return found


def _cost(work: Work, browser: Client, times: int) -> Cost:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    headers: dict[str, Any] = {"HX-Request": "true", "HX-Target": "list"} if work.fragment else {}
    for _ in range(WARM):
        browser.get(work.path, headers=headers)
    with CaptureQueriesContext(connection) as captured:
        answer = browser.get(work.path, headers=headers)
    asked = len(captured)  # now: the next request begins a log of its own
    assert answer.status_code == 200, f"{work.path}: {answer.status_code}"
    spent = []
    for _ in range(times):
        begun = process_time()
        browser.get(work.path, headers=headers)
        spent.append((process_time() - begun) * 1e3)
    raw, packed, cpu = len(answer.content), len(gzip.compress(answer.content, 6)), median(spent)
    over = (("cpu", cpu, work.cpu), ("queries", asked, work.queries), ("bytes", packed, work.packed))
    broken = ", ".join(f"{what} > {most:g}" for what, found, most in over if most and found > most)
    return Cost(work.name, cpu, asked, raw, packed, broken)


def _tell(clients: int, costs: list[Cost]) -> None:
    print(f"\n{clients:,} clients{'':26}{'CPU ms':>9}{'queries':>9}{'bytes':>10}{'gzip':>9}")
    for c in costs:
        print(
            f"  {c.name:40}{c.cpu:>7.1f}{c.queries:>9}{c.raw:>10,}{c.packed:>9,}  {c.broken and f'BROKEN: {c.broken}'}"
        )
    for name, cpu, queries in ELSEWHERE:
        print(f"  {name:40}{cpu:>9}{queries:>9}   (measured elsewhere)")


def main(words: list[str] | None = None) -> int:
    """Measure each size, tell, and hold the budgets; return the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--clients", type=int, nargs="+", default=[100_000, MILLION])
    parser.add_argument("--times", type=int, default=30)
    parser.add_argument("--no-crowd", action="store_true", help="leave the four people out")
    parser.add_argument("--one", action="store_true", help=argparse.SUPPRESS)
    chosen = parser.parse_args(words)
    if chosen.one:
        _one(chosen.times)
        return 0
    broken = False
    for clients in chosen.clients:
        home = desk_home(clients)
        made_up.mark(home, {"clients": clients})  # so that it has demo accounts
        costs = measured(home, chosen.times)
        _tell(clients, costs)
        broken |= any(c.broken for c in costs)
        if not chosen.no_crowd:
            found = crowd(home)
            print(told(found))
            broken |= found.broken
    print("\nbroken: what is marked" if broken else "\nkept: every budget")
    return int(broken)


if __name__ == "__main__":
    sys.exit(main())
