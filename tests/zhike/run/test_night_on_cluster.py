"""A night on a cluster of its own processes: a master and a worker that listen on this machine only."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from on_spark import TABLES, below, beside, delivered, differing, listening, needs_spark
from processes import alive
from zhike.base.errors import StoreError
from zhike.engine import EngineSettings
from zhike.run import NightSettings, run_night

pytestmark = [needs_spark, pytest.mark.slow, pytest.mark.timeout(1200)]
CUT = NightSettings(range_rows=6_000)
HOST = "127.0.0.1"


@contextmanager
def process(folder: Path, kind: str, *words: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run a master or a worker; end it and what it started."""
    import pyspark

    home = Path(pyspark.__file__).parent
    env = {
        **os.environ, "SPARK_HOME": str(home), "SPARK_LOCAL_IP": HOST, "SPARK_WORKER_DIR": str(folder / "worker"),
        "PYTHONPATH": os.pathsep.join(p for p in sys.path if p), "SPARK_NO_DAEMONIZE": "1",
    }  # fmt: skip
    command = [str(home / "bin/spark-class"), f"org.apache.spark.deploy.{kind}", "--host", HOST, *words]
    with (folder / f"{kind}.log").open("wb") as log:
        running = subprocess.Popen(command, stdout=log, stderr=log, env=env, start_new_session=True)
    try:
        yield running
    finally:
        os.killpg(running.pid, signal.SIGTERM)
        running.wait(30)


def free_port() -> int:
    with socket.socket() as found:
        found.bind((HOST, 0))
        return int(found.getsockname()[1])


def await_port(port: int) -> None:
    end = time.monotonic() + 60
    while True:
        try:
            socket.create_connection((HOST, port), 1).close()
            return
        except OSError:
            assert time.monotonic() < end, "the master doesn't listen"
            time.sleep(0.2)


@pytest.fixture(scope="module")
def master(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, list[int]]]:
    """Start a cluster of two processes; give its address and their numbers."""
    folder, port = tmp_path_factory.mktemp("cluster"), free_port()
    address = f"spark://{HOST}:{port}"
    with ExitStack() as stack:
        first = stack.enter_context(
            process(folder, "master.Master", "--port", str(port), "--webui-port", "0")
        )
        await_port(port)
        words = ("--webui-port", "0", "--cores", "2", "--memory", "2g", address)
        second = stack.enter_context(process(folder, "worker.Worker", *words))
        yield address, [first.pid, second.pid]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return delivered(tmp_path_factory.mktemp("on_cluster"), 120, 160)


def test_a_night_on_the_cluster_is_the_embedded_night(home: Path, master: tuple[str, list[int]]) -> None:
    address, processes = master
    other = beside(home)
    ours = run_night(home, None, EngineSettings(threads=1), CUT).published.generation
    seen: set[str] = set()

    def look(step: str, done: int, total: int) -> None:
        if step == "clients":
            everything = [p for root in (*processes, os.getpid()) for p in (root, *below(root))]
            seen.update(str(a) for p in everything for a in listening(p) if not a.is_loopback)

    theirs = run_night(other, None, EngineSettings(on=address), CUT, look).published.generation
    assert len(ours.tables) == TABLES
    assert differing(ours, theirs) == []
    assert not ours.manifest.differing(theirs.manifest)
    assert seen == set()


RUN = """
import os, sys
from pathlib import Path
from zhike.engine import EngineSettings
from zhike.run import NightSettings, run_night

def tell(step, done, total):
    if step == "clients":
        print(done, flush=True)

if __name__ == "__main__":
    run_night(Path(sys.argv[1]), None, EngineSettings(threads=2, on=sys.argv[2]), NightSettings(range_rows=6_000), tell)
"""


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
@pytest.mark.parametrize("where", ["local-spark", "cluster"])
def test_a_night_that_was_stopped_leaves_nothing_that_the_next_one_trips_over(
    home: Path, master: tuple[str, list[int]], tmp_path: Path, how: signal.Signals, where: str
) -> None:
    on = master[0] if where == "cluster" else where
    other = beside(home, tmp_path / "home")
    script = tmp_path / "night.py"
    script.write_text(RUN, "utf-8")
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
    words = [sys.executable, str(script), str(other), on]
    run = subprocess.Popen(
        words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=env, start_new_session=True
    )
    assert run.stdout is not None
    assert run.stderr is not None
    run.stdout.readline()  # the first pass has begun
    run.stdout.readline()  # and a range is done
    started = below(run.pid) + (
        below(master[1][1]) if where == "cluster" else []
    )  # executors are the worker's
    assert any("java" in Path(f"/proc/{p}/comm").read_text() for p in started)
    run.send_signal(how)
    said = run.communicate()[1].decode()
    assert run.returncode != 0
    assert "\tat org.apache" not in said
    end = time.monotonic() + 20
    while (left := [p for p in started if alive(p)]) and time.monotonic() < end:
        time.sleep(0.1)
    assert left == []
    again = run_night(other, None, EngineSettings(threads=2, on=on), CUT).published.generation
    assert len(again.tables) == TABLES
    assert not (other / "staging").exists()


def test_a_home_that_executors_do_not_see_is_told(
    home: Path, master: tuple[str, list[int]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from zhike.engine.spark import errands

    def elsewhere(folder: Path, version: Callable[[], str]) -> errands.Place:
        return errands.Place(folder, "what another folder holds", version, version())

    monkeypatch.setattr(errands.Place, "mark", elsewhere)
    with pytest.raises(StoreError, match="doesn't see the home folder"):
        run_night(beside(home, tmp_path / "home"), None, EngineSettings(on=master[0]), CUT)
