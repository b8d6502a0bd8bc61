"""What every crash test needs: processes to fork, scenes to crash, strace, a disk to fill."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from crashing import tracing
from crashing.disk import Disk, Refused, small_disk
from crashing.forks import Forks
from crashing.trials import Range
from crashing.yard import Scene, scenes


@pytest.fixture(scope="session")
def server() -> Iterator[Forks]:
    forks = Forks()
    yield forks
    forks.close()


@pytest.fixture(scope="session")
def yard(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Scene]:
    return scenes(tmp_path_factory.mktemp("yard"))


@pytest.fixture(scope="session")
def strace() -> None:
    missing = tracing.install()
    if missing:
        pytest.skip(missing)


@pytest.fixture
def ground(server: Forks, tmp_path: Path) -> Range:
    return Range(server, tmp_path, tmp_path / "home")


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    try:
        with small_disk(tmp_path / "disk") as mounted:
            yield mounted
    except Refused as error:
        pytest.skip(f"no small disk can be mounted here ({error}): a full disk was not tried")
