"""The command line: arguments in, sentences and exit codes out. With the desk, the only reader of the clock.

Exit codes: 0 well · 1 findings of severity error, a broken invariant, or a promise that one of our own rooms broke ·
2 the command or a setting is wrong · 3 the home folder can't be used · 130 stopped by the user · 141 nobody reads the
output any more.
Everything lives in the folder that `--home` or ZHIKE_HOME names, else in ~/zhike.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from importlib.metadata import entry_points
from typing import TYPE_CHECKING

from zhike import __version__
from zhike.base.errors import BrokenPromise, StoreError, ZhikeError
from zhike.cli import (
    ahp,
    check,
    explain,
    export,
    findings,
    generations,
    ingest,
    report,
    retire,
    run,
    session,
    simulate,
    tables,
    undo,
    value,
)
from zhike.cli.arguments import Parser
from zhike.cli.output import safe
from zhike.cli.session import told

if TYPE_CHECKING:
    from zhike.cli.arguments import Subparsers

COMMANDS = "zhike.commands"
BROKEN, USAGE, STORE, STOPPED, UNREAD = 1, 2, 3, 130, 141


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; return its exit code."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    for stream in (sys.stdout, sys.stderr):
        getattr(stream, "reconfigure", lambda **_: None)(errors="backslashreplace")
    with session.begin(arguments, os.environ):
        try:
            return _run(arguments)
        except ZhikeError as error:
            _complain(error.sentence(session.language()))
            return _code(error)
        except KeyboardInterrupt:
            _complain(
                told(
                    "已中断；未完成的工作不留痕迹，可以重来。",
                    "Stopped; unfinished work leaves no trace, run it again.",
                )
            )
            return STOPPED
        except BrokenPipeError:
            os.dup2(
                os.open(os.devnull, os.O_WRONLY), 1
            )  # or the interpreter complains when it flushes at exit
            return UNREAD
        except OSError as error:
            _complain(_refused(error))
            return STORE


def _code(error: ZhikeError) -> int:
    if isinstance(error, BrokenPromise):
        return BROKEN
    return STORE if isinstance(error, StoreError) else USAGE


def _run(arguments: list[str]) -> int:
    parser = build_parser()
    try:
        args = parser.parse_args(arguments)
    except SystemExit as done:  # --help and --version
        return int(done.code or 0)
    if not hasattr(args, "run"):
        parser.print_help()
        return USAGE
    code: int = args.run(args)
    sys.stdout.flush()
    return code


def build_parser() -> argparse.ArgumentParser:
    """Return the parser with every command: our own, and those that other packages add."""
    parser: argparse.ArgumentParser = Parser(
        prog="zhike",
        description=told(
            "知客：把营业部的真实文件变成干净、可核对、可重放的表。",
            "Zhike, know your client: a branch's real files become clean, checked, replayable tables.",
        ),
        epilog=told(
            "退出码：0 正常；1 有 error 级发现或检查不通过；2 命令有误；3 数据目录不可用。",
            "Exit codes: 0 well; 1 findings of severity error or a broken check; 2 wrong usage; 3 home folder unusable.",
        ),
    )
    parser.add_argument(
        "--version", action="version", version=__version__, help=told("显示版本", "show the version")
    )
    parser.add_argument("--home", metavar="DIR", help=told("数据目录", "home folder"))
    subparsers = parser.add_subparsers(title=told("命令", "commands"), metavar="COMMAND")
    for room in (
        ingest,
        run,
        explain,
        report,
        ahp,
        value,
        findings,
        undo,
        export,
        tables,
        generations,
        check,
        retire,
        simulate,
    ):
        room.register(subparsers)
    _register_others(subparsers)
    return parser


def _register_others(subparsers: Subparsers) -> None:
    """Add the commands of other packages; one whose package isn't installed is left out, any other error is told."""
    for entry in {e.name: e for e in entry_points(group=COMMANDS)}.values():
        try:
            register = entry.load()
        except ModuleNotFoundError as error:
            if error.name == entry.module.partition(".")[0]:
                continue
            raise
        register(subparsers)


def _refused(error: OSError) -> str:
    what = told("操作系统拒绝了操作：", "The system refused: ") + (error.strerror or str(error))
    where = f"\n{told('位置：', 'Where: ')}{error.filename}" if error.filename else ""
    return f"{what}{where}\n" + told(
        "下一步：检查磁盘空间与权限后重试；数据目录保持原状。",
        "Next: see to disk space and permissions, then try again; the home folder is as it was.",
    )


def _complain(text: str) -> None:
    for each in text.splitlines():
        print(safe(each), file=sys.stderr)
