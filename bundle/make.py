"""Make a folder that installs and runs Zhike on a machine without any network.

    python bundle/make.py [FOLDER]        # default: build/bundle/zhike-VERSION

The wheels are those of requirements/desk.lock for the Python and the kind of machine that run this, plus Zhike's own.
Exit codes: 0 made; 1 something of ours is wrong; 3 a wheel couldn't be had (no index reachable, or none for this machine).
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from install import sha256, this_machine  # what it seals is checked by the same words

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
UNREACHED = 3
_LOCK = ROOT / "requirements" / "desk.lock"
_SOURCES = ("pyproject.toml", "README.md", "LICENSE")
_SHIPPED = ("install", "install.py", "zhike", "README.md")  # of this folder
_PIP = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-input", "--quiet")
_EPOCH = "315532800"  # 1980, the first day an archive can name: the same sources make the same wheel


def main() -> int:
    """Make the folder; return the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", nargs="?", type=Path)
    chosen: Path | None = parser.parse_args().folder
    if (
        chosen is not None
        and chosen.exists()
        and not (chosen / "made-for.toml").is_file()
        and any(chosen.iterdir())
    ):
        print(
            f"{chosen} holds something that is no bundle. Next: choose an empty folder, or a new one.",
            file=sys.stderr,
        )
        return 1
    with tempfile.TemporaryDirectory(prefix="zhike-bundle-") as aside:
        made = Path(aside) / "bundle"
        wheels = made / "wheels"
        wheels.mkdir(parents=True)
        if not download(wheels):
            return UNREACHED
        own = build(wheels, Path(aside) / "sources")
        version = own.name.split("-")[1]
        (made / "requirements.lock").write_text(_LOCK.read_text("utf-8") + locked(own, version), "utf-8")
        furnish(made)
        (made / "made-for.toml").write_text(made_for(wheels, version), "utf-8")
        seal(made)
        target = chosen or ROOT / "build" / "bundle" / f"zhike-{version}"
        if target.exists():
            shutil.rmtree(target)
        shutil.copytree(made, target)
    size = sum(p.stat().st_size for p in target.rglob("*") if p.is_file())
    print(f"{target}: {size / 2**20:.0f} MB. Copy the folder as it is, then run ./install in it.")
    return 0


def download(wheels: Path) -> bool:
    """Fetch the locked wheels, each checked against its hash; tell whether all could be had."""
    words = ["download", "--require-hashes", "--no-deps", "--only-binary", ":all:", "--dest", str(wheels)]
    if subprocess.run([*_PIP, *words, "--requirement", str(_LOCK)], check=False).returncode == 0:
        return True
    print(
        "The locked wheels couldn't be had; pip's words are above. Next: run this where pip reaches an index.",
        file=sys.stderr,
    )
    return False


def build(wheels: Path, aside: Path) -> Path:
    """Build Zhike's own wheel from a copy of the sources: what an earlier build left beside them must not get in."""
    aside.mkdir()
    for name in _SOURCES:
        shutil.copy(ROOT / name, aside)
    shutil.copytree(ROOT / "src", aside / "src", ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
    subprocess.run(
        [
            *_PIP,
            "wheel",
            "--no-deps",
            "--no-index",
            "--no-build-isolation",
            "--wheel-dir",
            str(wheels),
            str(aside),
        ],
        env={"SOURCE_DATE_EPOCH": _EPOCH, **os.environ},
        check=True,
    )
    return next(wheels.glob("zhike-*.whl"))


def locked(wheel: Path, version: str) -> str:
    """Return a wheel's line of the lock."""
    return f"zhike=={version} \\\n    --hash=sha256:{sha256(wheel)}\n"


def furnish(made: Path) -> None:
    """Add what is no wheel: the installer, the command, the words, the licence, the example branch."""
    for name in _SHIPPED:
        shutil.copy(HERE / name, made)
    shutil.copy(ROOT / "LICENSE", made)
    shutil.copytree(ROOT / "examples" / "branch", made / "example")


def made_for(wheels: Path, version: str) -> str:
    """Say which Python and which kind of machine the wheels are for."""
    facts = {
        "version": version,
        **this_machine(),
        "glibc": glibc(p.name for p in wheels.iterdir()),
    }
    return "".join(f'{name} = "{value}"\n' for name, value in facts.items())


def glibc(names: Iterable[str]) -> str:
    """Return the oldest glibc that all wheels of these names accept; "" where none asks for one."""
    asked = [[int(n) for n in re.findall(r"manylinux_2_(\d+)_", name)] for name in names]
    return f"2.{max(min(found) for found in asked if found)}" if any(asked) else ""


def seal(made: Path) -> None:
    """Write the SHA-256 of every file; the installer looks at them before it does anything."""
    files = sorted(
        p.relative_to(made).as_posix() for p in made.rglob("*") if p.is_file() and p.name != "SHA256SUMS"
    )
    (made / "SHA256SUMS").write_text("".join(f"{sha256(made / f)}  {f}\n" for f in files), "utf-8")


if __name__ == "__main__":
    raise SystemExit(main())
