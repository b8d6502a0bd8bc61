"""`zhike serve`: starts, answers, starts again what crashes, stops without a trace."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from desk_served import Served, environment, gone, served
from zhike_desk import made_up
from zhike_desk.commands import serve


def test_an_empty_home_is_served_and_stops_cleanly_leaving_no_process(tmp_path: Path) -> None:
    (tmp_path / "home" / "desk").mkdir(parents=True, mode=0o755)
    with served(tmp_path / "home") as desk:
        desk.wait(told="The workbench: http://127.0.0.1")
        assert desk.status("/") in (200, 500)  # led to the sign-in
        assert "zhike desk user add" in desk.said()
        assert "Demo accounts" not in desk.said()
        assert (tmp_path / "home" / "desk").stat().st_mode & 0o777 == 0o700  # whoever made it before
        below = desk.descendants()
        assert len(below) >= 2
        assert desk.stop() == 0
        assert gone(below)
        assert "The workbench has stopped." in desk.said()


def test_a_killed_web_server_starts_again_on_the_same_port(tmp_path: Path) -> None:
    with served(tmp_path / "home", "--workers", "1") as desk:
        desk.wait(told="The workbench")
        web = _web_running(desk)
        os.kill(web, signal.SIGKILL)
        until = time.monotonic() + 30
        while "starts again" not in desk.said():
            assert time.monotonic() < until
            time.sleep(0.05)
        desk.wait()
        assert _web_running(desk) != web
        assert desk.stop(signal.SIGINT) == 0


def test_nothing_outlives_a_supervisor_that_was_killed(tmp_path: Path) -> None:
    with served(tmp_path / "home", "--workers", "1") as desk:
        desk.wait(told="The workbench")
        below = desk.descendants()
        assert desk.stop(signal.SIGKILL) == -signal.SIGKILL
        assert gone(below)


def test_a_busy_port_is_named_with_another_that_is_free(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        code, said = _refused(tmp_path / "home", "--port", str(port))
    assert code == 2
    assert f"Port {port} is in use" in said
    assert "--port" in said.rpartition("Next:")[2]


def test_one_home_is_served_once(tmp_path: Path) -> None:
    with served(tmp_path / "home", "--workers", "1") as desk:
        desk.wait(told="The workbench")
        code, said = _refused(tmp_path / "home", "--port", "0")
    assert code == 2
    assert "running already" in said


def test_demo_is_refused_where_no_branch_was_made_up(tmp_path: Path) -> None:
    code, said = _refused(tmp_path / "home", "--demo", "--port", "0")
    assert code == 2
    assert "no branch made up" in said


def test_files_from_elsewhere_end_the_demo(home: Path) -> None:
    made_up.mark(home, {"clients": 1})
    assert made_up.plan_of(home) is None  # the small drop came from another feed
    assert made_up.plan_of(home.parent / "empty") is None


def test_a_branch_made_up_with_nothing_else_in_it_is_a_demo(tmp_path: Path) -> None:
    made_up.mark(tmp_path / "home", {"clients": 1})
    assert made_up.plan_of(tmp_path / "home") == {"clients": 1}


def _refused(home: Path, *words: str) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-m", "zhike", "serve", "--home", str(home), "--lang", "en", *words],
        env=environment(), capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    return done.returncode, done.stdout + done.stderr


def _web_running(desk: Served) -> int:
    """Return the web server's process: it goes by its module, or, where setproctitle is installed, by the name its server gives it."""
    for each in desk.descendants():
        try:
            words = Path(f"/proc/{each}/cmdline").read_text().split("\0")
        except OSError:
            continue
        titled = words[0].startswith("granian ") and "worker-" not in words[0]
        if "zhike_desk.commands.web" in words or titled:
            return each
    pytest.fail(f"no web server runs: {desk.said()}")


def test_the_desk_answers_to_this_machine_whatever_names_were_chosen() -> None:
    assert serve._hosts("127.0.0.1", "desk.example.com") == "127.0.0.1,localhost,[::1],desk.example.com"
    assert serve._hosts("127.0.0.1", "") == "127.0.0.1,localhost,[::1]"
