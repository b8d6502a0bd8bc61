"""What every test may ask for: the real files, and the same hypothesis examples on every machine."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("house", deadline=None, derandomize=True, print_blob=True)
settings.register_profile(
    "hunt", deadline=None, max_examples=2_000
)  # HYPOTHESIS_PROFILE=hunt: new examples each time
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "house"))


@pytest.fixture(scope="session")
def real_data() -> Path:
    """Return the folder that ZHIKE_REAL_DATA names; skip the test, saying so, where it is not set."""
    named = os.environ.get("ZHIKE_REAL_DATA")
    if not named:
        pytest.skip("ZHIKE_REAL_DATA is not set: no real files to read")
    folder = Path(named)
    if not folder.is_dir():
        pytest.fail(f"ZHIKE_REAL_DATA names no folder: {named}")
    return folder


@pytest.fixture(scope="session")
def taken_in(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a home folder into which the first small drop was taken; copy it (`home`) before anything is done to it."""
    from small_drops import take_in  # not for tests that have no home

    folder = tmp_path_factory.mktemp("taken_in")
    take_in(folder / "home", folder / "d1")
    return folder / "home"


@pytest.fixture
def home(taken_in: Path, tmp_path: Path) -> Path:
    """Return a test's own home folder, with the first small drop."""
    return Path(shutil.copytree(taken_in, tmp_path / "home"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test that asks for the real files, so that `-m real` picks them all."""
    for item in items:
        if "real_data" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.real)
