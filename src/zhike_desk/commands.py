"""The commands that the desk adds to `zhike`, through the entry-point group `zhike.commands`.

An entry of that group is a function `register(subparsers)`: it adds its parsers and gives each, with
`set_defaults(run=…)`, a function that takes the parsed arguments and returns the exit code.
"""

from __future__ import annotations

import argparse
import os
import runpy
import tempfile
from collections.abc import Mapping
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING

from zhike.base.errors import UsageError
from zhike.base.text import say
from zhike.cli import main, session
from zhike.cli.arguments import command
from zhike.cli.output import line, tell
from zhike.cli.session import told

if TYPE_CHECKING:
    from zhike.cli.arguments import Subparsers

REAL_DATA = "ZHIKE_REAL_DATA"
EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
_SHOWN = 12
_SIZES = (
    ("clients", 2_000, "模拟多少客户", "clients to make up"),
    ("days", 500, "模拟多少交易日", "trading days to make up"),
    ("seed", 1, "随机种子", "seed of what is made up"),
)


def register(subparsers: Subparsers) -> None:
    """Add `zhike up [DROP]` to the command line."""
    short = told(
        "造一个营业部（或用给出的文件），跑一夜，列出结果",
        "make a branch up (or take files in), run a night, show what came of it",
    )
    parser = command(subparsers, "up", short, up)
    parser.add_argument(
        "drop",
        metavar="DROP",
        nargs="?",
        type=Path,
        help=told("目录或文件（默认：模拟一个营业部）", "folder or file (default: a branch made up)"),
    )
    parser.add_argument(
        "--example",
        action="store_true",
        help=told("用自带的示例营业部", "take the small example branch instead"),
    )
    for name, number, zh, en in _SIZES:
        parser.add_argument(f"--{name}", metavar="N", type=int, default=number, help=told(zh, en))
    parser.add_argument(
        "--real",
        metavar="DIR",
        type=Path,
        help=told(f"真实数据所在目录（默认 {REAL_DATA}）", f"folder of real data (default: {REAL_DATA})"),
    )


def up(args: argparse.Namespace) -> int:
    """Take the drops in, run a night, list what came of it; return 0 with findings too: they are what it shows."""
    with tempfile.TemporaryDirectory(prefix="zhike-up-") as aside:
        drops = _drops(args, Path(aside))
        worst = max(_ingest(feed, drop) for feed, drop in drops.items())
    if worst > 1:
        return worst
    for heading, words in (
        (told("发现的问题", "What was wrong"), ["findings", "--limit", str(_SHOWN)]),
        (told("这一夜", "The night"), ["run"]),
        (told("现有的表", "What there is now"), ["tables"]),
    ):
        worst = max(worst, _run(heading, words))
    _tell_next()
    return worst if worst > 1 else 0


def _drops(args: argparse.Namespace, aside: Path) -> Mapping[str, Path]:
    """Choose what to take in: the drop that was named, the example, the real data, else a branch made up; feed → folder."""
    if args.drop is not None:
        return {"default": args.drop}
    if args.example:
        return {"example": _example("branch")}
    named = os.environ.get(REAL_DATA)
    real: Path | None = args.real or (Path(named) if named else None)
    if real is None:
        return {"made-up": _made_up(args, aside)}
    try:
        drops: dict[str, Path] = runpy.run_path(str(_example("assemble.py")))["assemble"](real, aside)
    except FileNotFoundError as error:
        raise UsageError(
            say("真实数据不全，缺少文件。", "The folder of real data lacks a file."),
            where=str(error.filename),
            next_=say(
                f"请用 --real 或 {REAL_DATA} 指出完整的目录；或 zhike up 目录，导入自己的文件。",
                f"Name the whole folder with --real or {REAL_DATA}; or take your own files in: zhike up FOLDER.",
            ),
        ) from error
    return drops


def _made_up(args: argparse.Namespace, aside: Path) -> Path:
    """Make a branch up, the same for the same numbers; return its drop."""
    words = [f"--{name}={getattr(args, name)}" for name, *_ in _SIZES]
    code = _run(told("模拟一个营业部", "Making a branch up"), ["simulate", str(aside / "branch"), *words])
    if code:
        raise UsageError(say("模拟失败，原因见上。", "The branch couldn't be made up; see above."))
    return aside / "branch" / "drop"


def _example(name: str) -> Path:
    path = EXAMPLES / name
    if not path.exists():
        raise UsageError(
            say(
                "示例只在项目源码中，安装包里没有。",
                "The examples come with the project's sources, not with an installed package.",
            ),
            where=str(path),
            next_=say("zhike up 目录，导入自己的文件。", "Take your own files in: zhike up FOLDER."),
        )
    return path


def _ingest(feed: str, drop: Path) -> int:
    return _run(told(f"导入 {drop.name}", f"Taking in {drop.name}"), ["ingest", str(drop), "--feed", feed])


def _run(heading: str, words: list[str]) -> int:
    """Run another command in the same home folder, below a heading."""
    line(f"── {heading} " + "─" * 40)
    code = main([*words, "--home", str(session.home().absolute())])
    line()
    return code


def _tell_next() -> None:
    home = quote(str(session.home()))
    tell("下一步", "What next")
    for words, zh, en in (
        (
            f"zhike export proposal -o calls.xlsx --home {home}",
            "今天该联系谁、为什么",
            "whom to call, and why",
        ),
        (
            f"zhike findings --home {home}",
            "全部问题；--format xlsx 可转发给提供文件的人",
            "all findings; --format xlsx to send on",
        ),
        (
            told("zhike ingest 目录 --dry-run", "zhike ingest FOLDER --dry-run"),
            "自己的文件（交割单、资金流水、客户资料、行情……）会被认成什么",
            "what your own files (交割单, 客户资料, quotes …) are taken for",
        ),
        (f"zhike up --home {home} " + told("目录", "FOLDER"), "导入自己的文件", "take your own files in"),
    ):
        line(f"  {words.ljust(44)} {told(zh, en)}")
