"""A bundle of everything, installed and run where there is no network at all."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
UNREACHED = 3
LARGEST = 800_000_000  # bytes of an installed bundle's environment: core and desk
ALONE = ("unshare", "-rn")  # a network namespace of its own, without any interface


def walled() -> tuple[str, ...]:
    """Return the words that take the network away from a command; none where the system doesn't allow it."""
    if shutil.which("unshare") is None:
        return ()
    return ALONE if subprocess.run([*ALONE, "true"], capture_output=True, check=False).returncode == 0 else ()


def run(home: Path, *words: str | Path) -> str:
    """Run a command without network and without pip's settings, in a home folder; it must end well. Return what it said."""
    ours = ("PIP_", "PYTHON", "ZHIKE_", "NUMBA_", "XDG_")
    plain = {k: v for k, v in os.environ.items() if not k.startswith(ours)}
    alone = {"HOME": str(home), "PIP_NO_INDEX": "1", "PIP_CONFIG_FILE": os.devnull, "PYTHON": sys.executable}
    done = subprocess.run(
        [*walled(), *map(str, words)],
        cwd=home,
        env=plain | alone,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the whole bundle; skip, saying so, where the locked wheels can't be had."""
    folder = tmp_path_factory.mktemp("whole") / "bundle"
    make = [sys.executable, str(ROOT / "bundle" / "make.py"), str(folder)]
    made = subprocess.run(make, capture_output=True, encoding="utf-8", check=False)
    if made.returncode == UNREACHED:
        pytest.skip(f"the locked wheels can't be had here: {made.stderr.strip().splitlines()[-1]}")
    assert made.returncode == 0, made.stderr
    return folder


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_a_bundle_installs_and_runs_a_night_without_network_in_an_empty_home(
    bundle: Path, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    assert "is installed" in run(home, bundle / "install")
    where = run(home, bundle / ".venv/bin/python", "-c", "import zhike, zhike_desk; print(zhike.__file__)")
    assert Path(where.strip()).is_relative_to(bundle / ".venv")
    size = sum(p.lstat().st_size for p in (bundle / ".venv").rglob("*") if not p.is_dir())
    assert size <= LARGEST, f"{size:,} bytes installed"
    said = run(home, bundle / "zhike", "--lang", "en", "up", "--clients", "60", "--days", "130")
    for expected in ("The night", "Generation", "proposal", "measure ", "What next"):
        assert expected in said
    assert (home / "zhike" / "PUBLISHED").is_file()
    assert list((bundle / ".venv").rglob("*.nbi")), "loops are kept beside what was installed"
    told = run(home, bundle / "zhike", "--lang", "en", "--home", home / "other", "up", bundle / "example")
    assert "unknown_flag" in told
