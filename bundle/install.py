"""Install the wheels of this folder into .venv beside them, without an index: checks first, all of it or nothing.

Called by ./install with a Python of 3.11 or newer. Needs nothing but the standard library.
"""

from __future__ import annotations

import hashlib
import os
import platform
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).resolve().parent
_DONE = "installed"  # the file in .venv that says so


class Refusal(Exception):
    """Why nothing is installed: what, where, what next, in Chinese and in English."""

    def __init__(self, where: object, zh: tuple[str, str], en: tuple[str, str]) -> None:
        super().__init__(
            f"{zh[0]}\n位置：{where}\n下一步：{zh[1]} 什么都没有安装。\n\n"
            f"{en[0]}\nWhere: {where}\nNext: {en[1]} Nothing was installed."
        )


def main() -> int:
    """Check everything, then install; return the exit code."""
    try:
        check_files(HERE)
        made_for = tomllib.loads((HERE / "made-for.toml").read_text("utf-8"))
        check_machine(made_for)
        check_venv()
        install(HERE)
    except Refusal as refusal:
        print(refusal, file=sys.stderr)
        return 1
    print(
        f"知客 {made_for['version']} 已安装。下一步：./zhike up example（首次运行需编译一两分钟），或 ./zhike --help\n"
        f"Zhike {made_for['version']} is installed. Next: ./zhike up example (the first run compiles, a minute or two),"
        " or ./zhike --help"
    )
    return 0


def check_files(folder: Path) -> None:
    """Refuse a folder whose files aren't those that were sealed."""
    wrong = list(differing(folder))
    if wrong:
        raise Refusal(
            f"{folder}: {', '.join(wrong[:5])}{' …' if len(wrong) > 5 else ''}",
            (
                f"有 {len(wrong)} 个文件损坏、缺失或多出：与 SHA256SUMS 不符。",
                "从原处重新复制整个目录，再运行 ./install；仍不符，就向提供者重新索取。",
            ),
            (
                f"{len(wrong)} files are damaged, missing or strange: they aren't what SHA256SUMS says.",
                "copy the whole folder again from where it came, then ./install; if it stays so, ask for it anew.",
            ),
        )


def differing(folder: Path) -> Iterator[str]:
    """Yield the sealed files that are missing or changed, and wheels that nobody sealed."""
    sums = folder / "SHA256SUMS"
    if not sums.is_file():
        yield sums.name
        return
    sealed = {
        name: digest for digest, _, name in (s.partition("  ") for s in sums.read_text("utf-8").splitlines())
    }
    for name, digest in sealed.items():
        path = folder / name
        if not path.is_file() or sha256(path) != digest:
            yield name
    yield from sorted({f"wheels/{p.name}" for p in (folder / "wheels").glob("*")} - sealed.keys())


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file, in hex."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def this_machine() -> dict[str, str]:
    """Say which Python and which kind of machine this is, as far as wheels differ by it."""
    return {
        "python": f"{sys.version_info.major}.{sys.version_info.minor}",
        "implementation": sys.implementation.name,
        "system": sys.platform,
        "machine": platform.machine(),
    }


def check_machine(made_for: dict[str, str]) -> None:
    """Refuse a Python or a machine that the wheels aren't for."""
    here = this_machine()
    other = [name for name, value in here.items() if made_for[name] != value]
    needed, found = made_for["glibc"], platform.libc_ver()
    if needed and (found[0] != "glibc" or _numbers(found[1]) < _numbers(needed)):
        other.append("glibc")
        here["glibc"] = " ".join(found).strip() or "?"
    if other:
        wanted, given = (", ".join(f"{n} {facts[n]}" for n in other) for facts in (made_for, here))
        python = made_for["python"]
        raise Refusal(
            sys.executable,
            (
                f"这些安装包是为 {wanted} 准备的；这台机器是 {given}。",
                f"若有 Python {python}：PYTHON=python{python} ./install；否则在同类机器上、用同版本 Python 重新制作：make bundle PYTHON=…",
            ),
            (
                f"These wheels are for {wanted}; this machine has {given}.",
                f"where there is a Python {python}: PYTHON=python{python} ./install; else make the bundle anew on a machine"
                " and with a Python like these: make bundle PYTHON=…",
            ),
        )


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdecimal())


def check_venv() -> None:
    """Refuse a Python that can't make virtual environments."""
    try:
        import ensurepip
        import venv
    except ImportError as error:
        package = f"python{sys.version_info.major}.{sys.version_info.minor}-venv"
        raise Refusal(
            sys.executable,
            (
                f"这个 Python 缺少模块 {error.name}，不能建立虚拟环境。",
                f"安装系统软件包 {package}（Debian、Ubuntu），再运行 ./install。",
            ),
            (
                f"This Python lacks the module {error.name} and can't make a virtual environment.",
                f"install the system's package {package} (Debian, Ubuntu), then ./install.",
            ),
        ) from error
    del ensurepip, venv


def install(folder: Path) -> None:
    """Make .venv and put the wheels in; where that fails, take .venv away again."""
    place = folder / ".venv"
    quiet = {k: v for k, v in os.environ.items() if not k.startswith(("PIP_", "PYTHON"))}
    environment = {**quiet, "PIP_CONFIG_FILE": os.devnull, "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    pip = [str(place / "bin" / "python"), "-I", "-m", "pip", "install", "--quiet", "--no-input", "--no-index"]
    steps = (
        [sys.executable, "-I", "-m", "venv", "--clear", str(place)],
        [
            *pip,
            "--no-cache-dir",
            "--only-binary",
            ":all:",
            "-f",
            "wheels",
            "--require-hashes",
            "-r",
            "requirements.lock",
        ],
        [str(place / "bin" / "python"), "-I", "-m", "zhike", "--version"],
    )
    for step in steps:
        done = subprocess.run(step, cwd=folder, env=environment, capture_output=True, text=True, check=False)
        if done.returncode:
            shutil.rmtree(place, ignore_errors=True)
            raise Refusal(
                place,
                (f"安装没有成功：{_last(done)}", "检查磁盘空间与目录权限，再运行 ./install。"),
                (
                    f"The installation failed: {_last(done)}",
                    "see to disk space and the folder's permissions, then ./install.",
                ),
            )
    (place / _DONE).touch()


def _last(done: subprocess.CompletedProcess[str]) -> str:
    return "\n".join((done.stderr + done.stdout).strip().splitlines()[-5:])


if __name__ == "__main__":
    raise SystemExit(main())
