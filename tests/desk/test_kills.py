"""R9: what was acknowledged survives `kill -9`, of the process that wrote it and of the server; what wasn't is whole or absent."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.db import connection

from desk_served import environment, served
from zhike_desk.records import audit
from zhike_desk.records.models import AuditRow, Contact, Inverse

# Logs contacts one after the other and says so once each is committed, as an answer to a browser would.
_WRITER = """
import sys
import django
django.setup()
from zhike_desk.records import clock, scope
from zhike_desk.records.actions import contacts
from zhike_desk.records.book import following
from zhike_desk.records.models import User
from zhike_desk.records.viewer import Viewer
following.follow()
who = Viewer.of(User.objects.get(username="alice"))
client = scope.clients(who).order_by("client_id")[0].client_id
print("ready", flush=True)
for n in range(10_000):
    done = contacts.log(client, medium="phone", purpose="care", outcome=f"{sys.argv[1]}-{n}", by=who, at=clock.now())
    print(f"{sys.argv[1]}-{n}", flush=True)
"""


def _killed(home: Path, run: int, chance: random.Random) -> list[str]:
    """Let a writer write for a moment, kill it, return what it had acknowledged."""
    own = environment(ZHIKE_HOME=str(home), ZHIKE_DESK_DEMO="1", DJANGO_SETTINGS_MODULE="zhike_desk.settings")
    own |= {"DATABASE_URL": os.environ["DATABASE_URL"]} if "DATABASE_URL" in os.environ else {}
    with subprocess.Popen([sys.executable, "-c", _WRITER, str(run)], env=own, stdout=subprocess.PIPE, text=True) as writer:  # fmt: skip
        assert writer.stdout is not None
        assert writer.stdout.readline() == "ready\n"
        time.sleep(chance.random() * 0.3)
        writer.kill()
        lines = writer.stdout.read().splitlines(keepends=True)
    return [line.strip() for line in lines if line.endswith("\n")]


@pytest.mark.both
@pytest.mark.parametrize("kills", [4, pytest.param(200, marks=[pytest.mark.slow, pytest.mark.timeout(1800)])])
def test_what_was_acknowledged_survives_the_death_of_who_wrote_it(transactional: Path, kills: int) -> None:
    chance, acknowledged = random.Random(7), set()
    before = AuditRow.objects.count()
    for run in range(kills):
        acknowledged.update(_killed(transactional, run, chance))
    connection.close()
    there = set(Contact.objects.values_list("outcome", flat=True))
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
