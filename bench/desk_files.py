"""Files into the house and out of it: rows a second of an import with a report of each bad row, seconds of an export.

    python bench/desk_files.py [--rows 200000] [--clients 100000]

Promised: an import takes at least 5,000 rows a second with every row that isn't taken in told by file, line and reason (here one in a
hundred has a day that isn't in the calendar); a list of 100,000 clients is a file in at most 20 seconds, in the background. Seconds are on
the wall, the processor's beside them. Exits 1 where a promise is broken. The branch is that of `desk_publish.desk_home`.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "tests")]

from _trades import write  # noqa: E402
from desk_publish import desk_home  # noqa: E402

WORK = HERE.parent / "var" / "bench"
ROWS_A_SECOND, SECONDS = 5_000, 20.0
BAD_EVERY = 100


def imported(rows: int) -> tuple[float, float, int]:
    """Take a drop of so many trades in, into an empty home; return seconds, the processor's seconds, how many rows were refused."""
    good = write(WORK / f"trades-{rows}-utf8" / "trade.csv", rows)
    drop, home = WORK / "desk-files-drop", WORK / "desk-files-home"
    for folder in (drop, home):
        shutil.rmtree(folder, ignore_errors=True)
    drop.mkdir(parents=True)
    _spoilt(good, drop / "trade.csv")
    before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    words = ["--home", str(home), "ingest", str(drop), "--feed", "bench", "--format", "json"]
    done = subprocess.run([sys.executable, "-m", "zhike", *words], stdout=subprocess.PIPE, check=False)
    seconds, after = time.perf_counter() - begun, resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    refused = json.loads(done.stdout)["tables"]["trade"]["quarantined"]
    assert refused == rows // BAD_EVERY, f"{refused} rows refused"
    return seconds, cpu, refused


def _spoilt(good: Path, path: Path) -> None:
    """Copy a file of trades; of every hundredth row the day becomes one that there isn't."""
    with good.open(encoding="utf-8") as source, path.open("w", encoding="utf-8") as out:
        place = source.readline().strip().replace('"', "").split(",").index("date")
        out.write(good.open(encoding="utf-8").readline())
        for number, line in enumerate(source, 1):
            if number % BAD_EVERY == 0:
                cells = line.split(",")
                cells[place] = "2024-02-30"
                line = ",".join(cells)
            out.write(line)


def exported(home: Path, form: str) -> dict[str, float]:
    """Make the file of an approved export of every client in a process of its own; return what it measured."""
    ours = {"ZHIKE_HOME": str(home), "ZHIKE_DESK_DEMO": "1", "DJANGO_SETTINGS_MODULE": "zhike_desk.settings"}
    env = {**os.environ, **ours, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
    words = [sys.executable, __file__, "--one", form]
    done = subprocess.run(words, env=env, check=True, stdout=subprocess.PIPE, text=True)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def _one(form: str) -> None:
    """Do the job of an export as the worker does, and print what it took as JSON."""
    import django

    django.setup()
    from django.core.management import call_command
    from django.utils import timezone

    from zhike_desk.records import demo
    from zhike_desk.records.actions import exports
    from zhike_desk.records.following import follow
    from zhike_desk.records.models import Job, User

    call_command("migrate", verbosity=0)
    demo.prepare()
    follow()
    now, by = timezone.now(), User.objects.get(username="dora")
    words = {"query": "", "identity": [], "words": {}, "language": "zh", "purpose": "bench", "form": form}
    job = Job.objects.create(
        kind="export", arguments={**words, "approved_by": "bob"}, by=by, created_at=now, changed_at=now
    )
    spent, begun = time.process_time(), time.perf_counter()
    made = exports.produce(job.pk, now)
    measured = {"seconds": time.perf_counter() - begun, "cpu": time.process_time() - spent}
    print(json.dumps(measured | {"rows": made["rows"]}))


def main(words: list[str] | None = None) -> int:
    """Measure both ways, tell, and hold the promises; return the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--clients", type=int, default=100_000)
    parser.add_argument("--one", default="", help=argparse.SUPPRESS)
    chosen = parser.parse_args(words)
    if chosen.one:
        _one(chosen.one)
        return 0
    seconds, cpu, refused = imported(chosen.rows)
    rate = chosen.rows / seconds
    print(
        f"import  {chosen.rows:>9,} rows {seconds:>7.1f} s {cpu:>7.1f} s cpu {rate:>9,.0f} rows/s, {refused:,} told and kept aside"
    )
    broken = rate < ROWS_A_SECOND
    home = desk_home(chosen.clients)
    for form in ("csv", "xlsx"):
        found = exported(home, form)
        print(
            f"export  {found['rows']:>9,.0f} rows {found['seconds']:>7.1f} s {found['cpu']:>7.1f} s cpu as {form}"
        )
        broken |= found["seconds"] > SECONDS * max(1.0, chosen.clients / 100_000)
    print("broken: what is promised of files" if broken else "kept: what is promised of files")
    return int(broken)


if __name__ == "__main__":
    sys.exit(main())
