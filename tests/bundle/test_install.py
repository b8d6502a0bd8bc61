"""The installer of a bundle: installs without an index what was sealed, and refuses anything else before it has done anything."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import install
import make
import pytest

ROOT = Path(__file__).resolve().parents[2]
WHEEL = "zhike-0.0.1-py3-none-any.whl"
MEMBERS = {
    "zhike/__init__.py": "",
    "zhike/__main__.py": "import sys; print('0.0.1', *sys.argv[1:])",
    "zhike-0.0.1.dist-info/METADATA": "Metadata-Version: 2.1\nName: zhike\nVersion: 0.0.1\n",
    "zhike-0.0.1.dist-info/WHEEL": "Wheel-Version: 1.0\nGenerator: hand\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
}


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    """Make a bundle of one wheel that says its version; its folder has a space and Chinese in its name."""
    made = tmp_path / "安装 包"
    wheels = made / "wheels"
    wheels.mkdir(parents=True)
    with zipfile.ZipFile(wheels / WHEEL, "w") as archive:
        for name, text in MEMBERS.items():
            archive.writestr(name, text)
        record = "".join(f"{name},,\n" for name in (*MEMBERS, "zhike-0.0.1.dist-info/RECORD"))
        archive.writestr("zhike-0.0.1.dist-info/RECORD", record)
    make.furnish(made)
    (made / "requirements.lock").write_text(make.locked(wheels / WHEEL, "0.0.1"))
    (made / "made-for.toml").write_text(make.made_for(wheels, "0.0.1"))
    make.seal(made)
    return made


def run(bundle: Path, *words: str, **environment: str) -> tuple[int, str]:
    """Run a command of the bundle, in a home folder without anything; return its exit code and what it said."""
    home = bundle.parent / "home"
    home.mkdir(exist_ok=True)
    plain = {k: v for k, v in os.environ.items() if not k.startswith(("PIP_", "PYTHON"))}
    chosen = {**plain, "HOME": str(home), "PYTHON": sys.executable, "LC_ALL": "C", **environment}
    done = subprocess.run(
        [str(bundle / words[0]), *words[1:]],
        env=chosen,
        cwd=home,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def refused(bundle: Path, **environment: str) -> str:
    """Run the installer, which must refuse in both languages and leave nothing; return what it said."""
    before = sorted(bundle.iterdir())
    code, said = run(bundle, "install", **environment)
    assert code == 1
    assert sorted(bundle.iterdir()) == before
    for expected in ("下一步", "什么都没有安装", "Next: ", "othing was installed"):
        assert expected in said
    return said


def edit(bundle: Path, old: str, new: str) -> None:
    """Change what the bundle says it is for, and seal it again."""
    path = bundle / "made-for.toml"
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))
    make.seal(bundle)


def interpreter(folder: Path, name: str, version: str) -> None:
    """Write a Python that says it is another version and fails whatever it is asked."""
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text(f'#!/bin/sh\n[ "$1" = --version ] && {{ echo "Python {version}"; exit 0; }}\nexit 1\n')
    path.chmod(0o755)


def test_what_was_sealed_is_installed_without_an_index_and_the_command_runs_from_anywhere(
    bundle: Path,
) -> None:
    code, said = run(bundle, "zhike", "tables")
    assert code == 2
    assert "run ./install" in said
    code, said = run(bundle, "install", PIP_INDEX_URL="file:///nowhere", PIP_REQUIRE_VIRTUALENV="x")
    assert code == 0, said
    assert "已安装" in said
    assert "is installed" in said
    (bundle.parent / "link").symlink_to(bundle / "zhike")
    assert run(bundle.parent, "link", "tables", "a b") == (0, "0.0.1 tables a b\n")


@pytest.mark.parametrize("name", [f"wheels/{WHEEL}", "requirements.lock", "example/quote.csv", "zhike"])
def test_a_damaged_file_is_named_and_nothing_installed(bundle: Path, name: str) -> None:
    with (bundle / name).open("r+b") as file:
        file.seek(20)
        file.write(b"\xff")
    assert name in refused(bundle)


@pytest.mark.parametrize("name", [f"wheels/{WHEEL}", "SHA256SUMS"])
def test_a_missing_file_is_named_and_nothing_installed(bundle: Path, name: str) -> None:
    (bundle / name).unlink()
    assert name in refused(bundle)


def test_a_wheel_that_nobody_sealed_is_named_and_nothing_installed(bundle: Path) -> None:
    shutil.copy(bundle / "wheels" / WHEEL, bundle / "wheels" / "other-1-py3-none-any.whl")
    assert "other-1" in refused(bundle)


def test_a_wheel_that_is_sealed_but_not_locked_is_not_installed(bundle: Path) -> None:
    lock = bundle / "requirements.lock"
    lock.write_text(lock.read_text().replace("sha256:", "sha256:0")[:-2] + "\n")
    make.seal(bundle)
    assert "THESE PACKAGES DO NOT MATCH THE HASHES" in refused(bundle)


def test_an_old_python_is_refused_with_its_version_and_its_place(bundle: Path, tmp_path: Path) -> None:
    minor = f"{sys.version_info.major}.{sys.version_info.minor}"
    for name in ("python3", f"python{minor}"):
        interpreter(tmp_path / "bin", name, "3.9.2")
    said = refused(bundle, PATH=f"{tmp_path / 'bin'}:/usr/bin:/bin", PYTHON="")
    for expected in ("3.11", "3.9.2", str(tmp_path / "bin" / "python3"), f"install Python {minor}"):
        assert expected in said
    assert "not there" in refused(bundle, PYTHON=str(tmp_path / "nowhere"))


@pytest.mark.parametrize(
    ("fact", "other"), [("python", "3.10"), ("machine", "sparc"), ("system", "plan9"), ("glibc", "99.1")]
)
def test_wheels_for_another_python_or_machine_are_refused_with_both_named(
    bundle: Path, fact: str, other: str
) -> None:
    own = tomllib.loads((bundle / "made-for.toml").read_text())[fact]
    edit(bundle, f'{fact} = "{own}"', f'{fact} = "{other}"')
    said = refused(bundle)
    assert f"{fact} {other}" in said
    assert "make bundle" in said


def test_a_python_without_ensurepip_is_refused_with_the_package_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "ensurepip", None)
    with pytest.raises(install.Refusal, match="ensurepip") as refusal:
        install.check_venv()
    assert f"python3.{sys.version_info.minor}-venv" in str(refusal.value)


def test_the_oldest_glibc_that_suits_all_wheels_is_found() -> None:
    names = [
        "a-1-cp311-cp311-manylinux_2_27_x86_64.manylinux_2_28_x86_64.whl",
        "b-1-cp311-abi3-manylinux_2_17_x86_64.whl",
    ]
    assert make.glibc(names) == "2.27"
    assert make.glibc(["c-1-py3-none-any.whl"]) == ""
