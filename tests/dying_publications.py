"""Publications killed at named points, and who reads meanwhile: processes forked from one that has loaded everything already.

`python -m dying_publications` is the one that forks; `Publications` is how a test talks to it. The point at which a child
kills itself is a step of ours by its name ("load"), how often it has been reached, and whether it is then begun or just done.
Every book has pseudonyms by a key of its own (`key`), so that what is read tells which book it came from.
"""

from __future__ import annotations

import functools
import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

BEGUN = datetime(2025, 7, 2, tzinfo=UTC)
STEPS = (
    "sweep",
    "create",
    "load",
    "index",
    "count",
    "finish",
    "flush",
    "rename",
    "publication",
    "pointer",
    "log",
    "commit",
)
"""Where a publication may be killed, in the order in which it comes there; `flush` and `rename` are of SQLite's file."""


@dataclass(frozen=True, slots=True, order=True)
class Point:
    """A step, how often it has been reached, and whether it was done."""

    step: str
    nth: int
    done: bool


def key(number: int) -> bytes:
    """Return the key by which the book of a publication makes its pseudonyms."""
    return hashlib.sha256(b"book %d" % number).digest()


def moment(number: int) -> datetime:
    """Return when a publication says it was made, which tells its number."""
    return BEGUN + timedelta(minutes=number)


def chosen(reached: dict[str, int], count: int, seed: int) -> list[Point]:
    """Choose points, the same for a seed, going round the steps so that each is struck as often as the others."""
    dice = random.Random(seed)
    points = {
        step: [Point(step, n, done) for n in range(1, most + 1) for done in (False, True)]
        for step, most in sorted(reached.items())
    }
    for listed in points.values():
        dice.shuffle(listed)
    rounds = range(-(-count // len(points)))
    return [listed[n % len(listed)] for n in rounds for listed in points.values()][:count]


class Publications:
    """The test's end of the forking process."""

    def __init__(self, home: Path) -> None:
        own = {**os.environ, "ZHIKE_HOME": str(home), "ZHIKE_DESK_DEMO": "1"}
        own |= {"DJANGO_SETTINGS_MODULE": "zhike_desk.settings"}
        own["PYTHONPATH"] = os.pathsep.join([str(Path(__file__).parent), *(p for p in sys.path if p)])
        self._server = subprocess.Popen(
            [sys.executable, "-m", "dying_publications"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=own,
        )  # fmt: skip
        self._answer()

    def _answer(self) -> Any:
        assert self._server.stdout is not None
        line = self._server.stdout.readline()
        if not line:
            raise RuntimeError("the forking process has ended")
        return json.loads(line)

    def _ask(self, **question: Any) -> Any:
        assert self._server.stdin is not None
        self._server.stdin.write(json.dumps(question) + "\n")
        self._server.stdin.flush()
        return self._answer()

    def killed(self, number: int, point: Point) -> int:
        """Publish in a child that kills itself at a point; return its exit code (negative: the signal)."""
        return self._end(self._ask(task="publish", number=number, point=[point.step, point.nth, point.done]))

    def whole(self, number: int, steps: Path) -> dict[str, int]:
        """Publish in a child undisturbed; return how often it came to each step."""
        assert self._end(self._ask(task="publish", number=number, steps=str(steps))) == 0
        reached: dict[str, int] = json.loads(steps.read_text())
        return reached

    def _end(self, pid: int) -> int:
        return int(self._ask(task="wait", pid=pid))

    @contextmanager
    def read(self, notes: Path, *, most: int, torn: bool = False) -> Iterator[None]:
        """Have another process read meanwhile, request after request; `notes` has a line for each change, and the count at the end.

        `torn`: it looks at the pointer between two queries of one request, as no request of ours does.
        """
        stop = notes.with_suffix(".stop")
        pid = self._ask(task="read", notes=str(notes), stop=str(stop), most=most, torn=torn)
        try:
            yield
        finally:
            stop.touch()
            self._end(pid)

    def close(self) -> None:
        """End the forking process."""
        assert self._server.stdin is not None
        self._server.stdin.close()
        self._server.wait(30)


def noted(notes: Path) -> tuple[list[str], int]:
    """Return what the reader saw, a line each time it changed, and how many requests it made."""
    *lines, last = notes.read_text().splitlines()
    return lines, int(last.removeprefix("requests "))


# ---------------------------------------------------------------------------------------- the forking process


def serve() -> None:
    """Load everything, then fork a child for each line that asks for one."""
    import django

    django.setup()
    from zhike_desk.records import publish  # noqa: F401  (loaded once, for all children)

    _say("ready")
    for line in sys.stdin:
        asked = json.loads(line)
        if asked["task"] == "wait":
            _say(os.waitstatus_to_exitcode(os.waitpid(asked["pid"], 0)[1]))
            continue
        pid = os.fork()
        if not pid:
            _child(asked)
        _say(pid)


def _say(value: object) -> None:
    print(json.dumps(value), flush=True)


def _child(asked: dict[str, Any]) -> None:
    import traceback

    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(nothing, 1)
    code = 70
    try:
        {"publish": _publish, "read": _read}[asked["task"]](asked)
        code = 0
    except BaseException:  # told on the standard error, and by the exit code
        traceback.print_exc()
        sys.stderr.flush()
    finally:
        os._exit(code)


def _publish(asked: dict[str, Any]) -> None:
    from django.conf import settings

    from zhike_desk import keys
    from zhike_desk.records.publish import publish

    number, kept, reached = asked["number"], keys.secret, Counter[str]()
    keys.secret = lambda desk, name: key(number) if name == "pseudonym" else kept(desk, name)
    _strike(reached, Point(*asked["point"]) if "point" in asked else None)
    publish(Path(settings.HOME), moment(number), forced=True)
    if "steps" in asked:
        Path(asked["steps"]).write_text(json.dumps(reached))


def _strike(reached: Counter[str], at: Point | None) -> None:
    """Have every step counted, and the process killed at the one point."""
    for step, (place, name) in _steps().items():
        original = getattr(place, name)

        @functools.wraps(original)
        def struck(*given: Any, _step: str = step, _do: Callable[..., Any] = original, **named: Any) -> Any:
            reached[_step] += 1
            here = Point(_step, reached[_step], False)
            if here == at:
                os.kill(os.getpid(), signal.SIGKILL)
            done = _do(*given, **named)
            if at == Point(here.step, here.nth, True):
                os.kill(os.getpid(), signal.SIGKILL)
            return done

        setattr(place, name, struck)


def _steps() -> dict[str, tuple[Any, str]]:
    """Return the function of each step: whose it is, and its name."""
    from django.db import connection

    from zhike_desk.records import audit
    from zhike_desk.records.models import Pointer, Publication
    from zhike_desk.records.publish import postgres_book, publishing, sqlite_book

    sqlite = connection.vendor == "sqlite"
    book = sqlite_book.SqliteBook if sqlite else postgres_book.PostgresBook
    connection.ensure_connection()
    own: dict[str, tuple[Any, str]] = {
        "sweep": (publishing, "_sweep"),
        **{name: (book, name) for name in ("create", "load", "index", "count", "finish")},
        "publication": (Publication.objects, "create"),
        "pointer": (Pointer.objects, "update_or_create"),
        "log": (audit, "append"),
        "commit": (connection, "_commit"),
    }
    return own | ({"flush": (sqlite_book, "flush"), "rename": (os, "replace")} if sqlite else {})


def _read(asked: dict[str, Any]) -> None:
    requests, last, stop = 0, "", Path(asked["stop"])
    reader = _Reader(asked["most"], torn=asked["torn"])
    with Path(asked["notes"]).open("w") as notes:
        while not stop.exists() or not requests:
            try:
                now = reader.request()
            except Exception as error:  # a torn state shows in many ways
                now = f"{type(error).__name__}: {error}".replace("\n", " ")
            requests += 1
            if now != last:
                print(now, file=notes, flush=True)
            last = now
            time.sleep(0.002)  # leave the publication some of the machine
        print(f"requests {requests}", file=notes, flush=True)


class _Reader:
    """Reads as requests do: the pointer once, then client by client, and what belongs to them."""

    def __init__(self, most: int, *, torn: bool) -> None:
        from zhike_desk.records.following import follow
        from zhike_desk.records.models import BookClient
        from zhike_desk.records.rows.clients import pseudonym

        follow()
        self.torn = torn
        self.ids = list(BookClient.objects.order_by("client_id").values_list("client_id", flat=True))
        # By what the first client is called a book is known; then all the others must be called by the same key.
        self.numbers = {pseudonym(key(n), self.ids[0]): n for n in range(most)}
        self.pseudonym = pseudonym

    def request(self) -> str:
        """Return the number of the book that one request read, or what was wrong with it."""
        from django.core.signals import request_started

        from zhike_desk.records.models import BookAsset, BookClient

        request_started.send(sender=None)
        some = self.ids[::16]
        one = [self._called(client_id) for client_id in some]
        found = dict(BookClient.objects.values_list("client_id", "pseudonym"))
        rows = BookAsset.objects.count()
        number = self.numbers.get(found[self.ids[0]])
        if number is None:
            return "of no book that was made"
        if found != {i: self.pseudonym(key(number), i) for i in self.ids}:
            return f"clients of more than one book, or too few: {len(found)}"
        if one != [found[i] for i in some]:
            return "two books in one request"
        return f"book {number}, {rows} rows of assets"

    def _called(self, client_id: str) -> str:
        from django.core.signals import request_started

        from zhike_desk.records.models import BookClient

        if self.torn:
            request_started.send(sender=None)
            time.sleep(0.02)
        found: str = BookClient.objects.get(client_id=client_id).pseudonym
        return found


def seen_numbers(lines: Sequence[str]) -> list[int]:
    """Return the numbers of the books in what a reader noted; raise ValueError where a line tells of something else."""
    return [int(line.split()[1].rstrip(",")) for line in lines if line.startswith("book ")]


if __name__ == "__main__":
    serve()
