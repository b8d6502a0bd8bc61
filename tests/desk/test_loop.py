"""The whole loop, as a client manager has it: sign in, log a contact, the night runs, the measures know it."""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

import desk_ground
from desk_served import environment, served
from forms_over_http import Browser
from zhike_desk import made_up
from zhike_desk.records import demo

_ASK = (
    "import django; django.setup()\n"
    "from zhike_desk.records import clock\n"
    "from zhike_desk.records.actions import jobs\n"
    "from zhike_desk.records.models import User\n"
    "from zhike_desk.records.viewer import Viewer\n"
    "print(jobs.ask('night', {}, by=Viewer.of(User.objects.get(username='bob')), at=clock.now()).id)\n"
)


@pytest.fixture
def demo_home(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Return a home of our own with a branch made up, its first night run, nobody having worked there yet."""
    kept = desk_ground.kept_home(request.config.cache.mkdir("desk-home"))
    home = Path(shutil.copytree(kept, tmp_path / "home"))
    made_up.mark(home, {"clients": desk_ground.CLIENTS})
    return home


def test_a_contact_and_a_complaint_of_the_desk_are_in_the_measures_after_the_next_night(
    demo_home: Path,
) -> None:
    with served(demo_home, "--workers", "1") as desk:
        desk.wait(told="alice")
        browser = Browser(desk)
        browser.get("/account/login/")
        assert browser.post("/account/login/", login="alice", password=demo.PASSWORD) == 302
        client = _own_client(browser)
        before = _measures(demo_home, client)
        browser.post(
            f"/clients/{client}/contact/", medium="phone", purpose="care", outcome="满意", minutes="6"
        )
        browser.post(f"/clients/{client}/complaint/", category="佣金费用", severity="3")
        browser.post(f"/clients/{client}/answer/", kind="csat", score="2", text="手续费偏高")
        today = re.search(r'name="assessed_on" max="([\d-]+)"', browser.get(f"/clients/{client}/"))
        assert today is not None
        browser.post(f"/clients/{client}/assess/", level="C1", assessed_on=today[1], reason="问卷 7")
        time.sleep(10.5)  # what may still be undone isn't handed over
        result = _night(demo_home)
        new = [
            (d["feed"], {t: rows[0] + rows[1] for t, rows in d["tables"].items()}) for d in result["drops"]
        ]
        assert new == [("desk", {"contact": 1, "complaint": 1, "survey": 1, "client": 1})]
        assert _measures(demo_home, client) == (before[0] + 1, before[1] + 1)
        assert browser.get(f"/clients/{client}/").count("投诉：佣金费用（3 级）") == 1
        known = browser.get(f"/clients/{client}/")
        assert f"C1（{today[1]} 测评）" in known  # what the counter delivered of the client stands beside it
        assert "待夜间生效" not in known
        again = _night(demo_home)
        assert again["drops"] == []
        assert again["unchanged"]
        assert desk.stop() == 0


def _own_client(browser: Browser) -> str:
    found = re.search(r'href="/clients/(\w+)/', browser.get("/clients/"))
    assert found is not None
    return found[1]


def _night(home: Path) -> dict[str, Any]:
    """Ask for a night as the branch's head and wait for its end."""
    own = environment(ZHIKE_HOME=str(home), ZHIKE_DESK_DEMO="1", DJANGO_SETTINGS_MODULE="zhike_desk.settings")
    asked = subprocess.run([sys.executable, "-c", _ASK], env=own, capture_output=True, text=True, check=True)
    until = time.monotonic() + 120
    while time.monotonic() < until:
        state, result, error = _row(home / "desk" / "desk.sqlite3", "SELECT state, result, error FROM records_job WHERE id = ?", int(asked.stdout))  # fmt: skip
        if state not in ("waiting", "running"):
            assert state == "done", error
            found: dict[str, Any] = json.loads(result)
            return found
        time.sleep(0.2)
    pytest.fail("the night took too long")


def _measures(home: Path, client: str) -> tuple[float, float]:
    """Return the contacts of the last month and the complaints of the last year."""
    (place,) = _row(home / "desk" / "desk.sqlite3", "SELECT p.place FROM records_pointer q JOIN records_publication p ON p.id = q.publication_id")  # fmt: skip
    contacts, complaints = _row(home / "desk" / "books" / place, "SELECT contacts_1m, complaints_12m FROM book_measure WHERE client_id = ?", client)  # fmt: skip
    return float(contacts), float(complaints)


def _row(database: Path, query: str, *values: Any) -> tuple[Any, ...]:
    connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    try:
        found: tuple[Any, ...] = connection.execute(query, values).fetchone()
    finally:
        connection.close()
    return found
