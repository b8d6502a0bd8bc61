"""Publishing a night into the desk's book: seconds and rows a second, on SQLite and, where it is installed, PostgreSQL.

    python bench/desk_publish.py [--clients 100000 1000000]

Promised: a million clients in at most 5 minutes on SQLite, and no slower by COPY. Seconds are wall time on whatever machine this
is, alone; the processor's seconds beside them travel further. Exits 1 where the promise is broken. The homes stay below var/bench
(`desk_home`) for the bench of requests; `_desk_branch.py` says how they are made up.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "tests")]

from _desk_branch import branch_home  # noqa: E402

from postgres_server import programs, running  # noqa: E402

PROMISED = 300.0
MILLION = 1_000_000


def desk_home(clients: int) -> Path:
    """Return a home folder with a night of so many clients, its book published on SQLite; made where it isn't there yet."""
    home = branch_home(clients)
    if not any((home / "desk" / "books").glob("*.sqlite3")):
        _published(home)
    return home


def _published(home: Path, url: str = "") -> dict[str, float]:
    """Publish in a process of its own; return what it measured."""
    ours = {"ZHIKE_HOME": str(home), "ZHIKE_DESK_DEMO": "1", "DJANGO_SETTINGS_MODULE": "zhike_desk.settings"}
    env = {**os.environ, **ours, "DATABASE_URL": url, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
    done = subprocess.run(
        [sys.executable, __file__, "--one"], env=env, check=True, stdout=subprocess.PIPE, text=True
    )
    measured: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return measured


def _one() -> None:
    """Publish the home of the environment once more, and print what it took as JSON."""
    import django

    django.setup()
    from django.core.management import call_command
    from django.utils import timezone

    from zhike_desk.records.publish import publish

    call_command("migrate", verbosity=0)
    call_command("createcachetable")
    begun = time.perf_counter()
    done = publish(Path(os.environ["ZHIKE_HOME"]), timezone.now(), forced=True)
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    measured = {
        "seconds": time.perf_counter() - begun,
        "cpu": sum(u.ru_utime + u.ru_stime for u in used),
        "memory": sum(u.ru_maxrss for u in used) / 1e3,
        "rows": sum(done.rows.values()),
    }
    print(json.dumps(measured))


def _size(home: Path) -> float:
    return max(f.stat().st_size for f in (home / "desk" / "books").glob("*.sqlite3")) / 1e6


def _told(clients: int, database: str, measured: dict[str, float], size: float) -> None:
    rate = measured["rows"] / measured["seconds"]
    print(
        f"{clients:>10,} {database:12}{measured['seconds']:>8.1f} s {measured['cpu']:>8.1f} s cpu {measured['rows']:>14,.0f} rows"
        f"{rate:>12,.0f} rows/s{measured['memory']:>8,.0f} MB{size:>10,.0f} MB"
    )


def main(words: list[str] | None = None) -> int:
    """Publish homes of each size on each database, tell, and hold the promise; return the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--clients", type=int, nargs="+", default=[100_000, MILLION])
    parser.add_argument("--one", action="store_true", help=argparse.SUPPRESS)
    chosen = parser.parse_args(words)
    if chosen.one:
        _one()
        return 0
    late = False
    for clients in chosen.clients:
        home = desk_home(clients)
        measured = _published(home)
        _told(clients, "SQLite", measured, _size(home))
        late |= measured["seconds"] > PROMISED * max(1.0, clients / MILLION)
        if programs() is not None:
            with running() as url:
                _told(clients, "PostgreSQL", _published(home, url), 0.0)
    if programs() is None:
        print("PostgreSQL is not installed: not measured")
    print(
        "broken: more than 5 minutes a million clients"
        if late
        else "kept: at most 5 minutes a million clients"
    )
    return int(late)


if __name__ == "__main__":
    sys.exit(main())
