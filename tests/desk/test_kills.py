"""R9: what was acknowledged survives `kill -9`, of the process that wrote it and of the server; what wasn't is whole or absent."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.db import connection

from desk_served import environment, served
from zhike_desk.records import audit
from zhike_desk.records.models import AuditRow, Contact, Inverse

# Loads everything once; then, for each line asked, forks a child that logs contacts one after the other and says so once each is
# committed, as an answer to a browser would.
_WRITERS = """
import os, sys
import django
django.setup()
from zhike_desk.records import clock, scope
from zhike_desk.records.actions import contacts
from zhike_desk.records import following
from zhike_desk.records.models import User
from zhike_desk.records.viewer import Viewer

def write(run):
    following.follow()
    who = Viewer.of(User.objects.get(username="alice"))
    client = scope.clients(who).order_by("client_id")[0].client_id
    print(os.getpid(), flush=True)
    for n in range(10_000):
        contacts.log(client, medium="phone", purpose="care", outcome=f"{run}-{n}", by=who, at=clock.now())
        print(f"{run}-{n}", flush=True)

for line in sys.stdin:
    child = os.fork()
    if not child:
        try:
            write(line.strip())
        finally:
            os._exit(1)
    print(f"ended {os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])}", flush=True)
"""


@contextmanager
def _writers(home: Path) -> Iterator[Callable[[int, float], list[str]]]:
    """Give what lets a writer write for some seconds, kills it, and returns what it had acknowledged."""
    own = environment(ZHIKE_HOME=str(home), ZHIKE_DESK_DEMO="1", DJANGO_SETTINGS_MODULE="zhike_desk.settings")
    own |= {"DATABASE_URL": os.environ["DATABASE_URL"]} if "DATABASE_URL" in os.environ else {}
    with subprocess.Popen(
        [sys.executable, "-c", _WRITERS], env=own, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as loaded:
        asked, answers = loaded.stdin, loaded.stdout
        assert asked is not None
        assert answers is not None

        def killed(run: int, seconds: float) -> list[str]:
            asked.write(f"{run}\n")
            asked.flush()
            writer = int(answers.readline())
            time.sleep(seconds)
            os.kill(writer, signal.SIGKILL)
            return [line.strip() for line in iter(answers.readline, f"ended {-signal.SIGKILL}\n")]

        yield killed
        asked.close()


@pytest.mark.both
@pytest.mark.parametrize(
    "kills", [20, pytest.param(200, marks=[pytest.mark.slow, pytest.mark.timeout(1800)])]
)
def test_what_was_acknowledged_survives_the_death_of_who_wrote_it(transactional: Path, kills: int) -> None:
    chance, acknowledged = random.Random(7), set()
    before = AuditRow.objects.count()
    with _writers(transactional) as killed:
        for run in range(kills):
            acknowledged.update(killed(run, chance.random() * 0.3))
    connection.close()
    there = set(Contact.objects.values_list("outcome", flat=True))
    print(
        f"\n  {kills} killed: {len(acknowledged)} acknowledged, {len(there)} there, {len(acknowledged - there)} lost"
    )
    assert len(acknowledged) >= kills
    assert acknowledged <= there
    assert len(there - acknowledged) <= kills  # at most the one each was at, committed but not yet told
    assert AuditRow.objects.count() - before == len(
        there
    )  # none partial: each with its row in the log, and its undo
    assert Inverse.objects.count() == len(there)
    assert [b for b in audit.verify() if "witness" not in b.what] == []


def test_a_killed_server_keeps_what_it_acknowledged_and_the_worker_tells_of_the_job_it_left(
    tmp_path: Path,
) -> None:
    home = tmp_path / "home"
    own = environment(ZHIKE_HOME=str(home), DJANGO_SETTINGS_MODULE="zhike_desk.settings")
    with served(home, "--workers", "1") as desk:
        desk.wait(told="The workbench")
        _run(
            own,
            "Job.objects.create(kind='night', state='running', created_at=now, changed_at=now, started_at=now)",
        )
        below = desk.descendants()
        desk.stop(signal.SIGKILL)
        assert below
    with served(home, "--workers", "1") as desk:
        desk.wait(told="The workbench")
        until = time.monotonic() + 20
        while (state := _run(own, "print(Job.objects.get().state)")) != "failed":
            assert time.monotonic() < until, state
        assert "ask again" in _run(own, "print(Job.objects.get().result['error']['en'])")
        assert desk.stop() == 0


def _run(own: dict[str, str], line: str) -> str:
    script = (
        "import django; django.setup()\nfrom django.utils import timezone\n"
        f"from zhike_desk.records.models import Job\nnow = timezone.now()\n{line}\n"
    )
    done = subprocess.run([sys.executable, "-c", script], env=own, capture_output=True, text=True, check=True)
    return done.stdout.strip()
