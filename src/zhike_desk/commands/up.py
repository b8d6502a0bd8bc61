"""`zhike up`: a branch, made up or delivered, taken in, a night run, and the workbench on it; what `make run` calls."""

from __future__ import annotations

import argparse
import os
import runpy
import sys
import tempfile
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING

from zhike import __version__
from zhike.base.errors import UsageError
from zhike.base.text import say
from zhike.cli import main, session
from zhike.cli.arguments import command
from zhike.cli.output import line, tell
from zhike.cli.session import told
from zhike_desk import made_up
from zhike_desk.commands import serve

if TYPE_CHECKING:
    from zhike.cli.arguments import Subparsers

REAL_DATA = "ZHIKE_REAL_DATA"
EXAMPLES = Path(__file__).resolve().parents[3] / "examples"
_SHOWN = 12
_EARLIER = 7
"""Days between the two nights of a branch made up."""
_SIZES = (
    ("clients", 2_000, "模拟多少客户", "clients to make up"),
    ("days", 500, "模拟多少交易日", "trading days to make up"),
    ("seed", 1, "随机种子", "seed of what is made up"),
)


def register(subparsers: Subparsers) -> None:
    """Add `zhike up [DROP]` to the command line."""
    short = told(
        "造一个营业部（或用给出的文件），夜间运行一次，列出结果",
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
        nargs="?",
        const=Path(os.environ.get(REAL_DATA, "")),
        help=told(f"用真实数据（默认目录 {REAL_DATA}）", f"take real data (default folder: {REAL_DATA})"),
    )
    parser.add_argument(
        "--serve",
        action=argparse.BooleanOptionalAction,
        help=told(
            "之后打开工作台（默认：在终端里才开）",
            "then serve the workbench (default: where a person watches)",
        ),
    )
    serve.options(parser)


def up(args: argparse.Namespace) -> int:
    """Take the drops in, run a night, list what came of it, serve the workbench; return 0 with findings too: they are what it shows."""
    serving = sys.stdout.isatty() if args.serve is None else args.serve
    if serving and _made_before(args):
        return serve.serve(args)
    code = _night(args)
    return serve.serve(args) if serving and code == 0 else code


def _night(args: argparse.Namespace) -> int:
    with tempfile.TemporaryDirectory(prefix="zhike-up-") as aside:
        drops = _drops(args, Path(aside))
        worst = max(_ingest(feed, drop) for feed, drop in drops.items())
    if worst > 1:
        return worst
    if made_up.FEED in drops:
        made_up.mark(session.home(), _plan(args))
    for heading, words in (
        (told("发现的问题", "What was wrong"), ["findings", "--limit", str(_SHOWN)]),
        *_nights(made_up.FEED in drops),
        (told("现有的表", "What there is now"), ["tables"]),
    ):
        worst = max(worst, _run(heading, words))
    _tell_next()
    return worst if worst > 1 else 0


def _nights(compared: bool) -> Iterator[tuple[str, list[str]]]:
    """Yield the nights to run: `compared`, one of a week before too, so that the newest has something to be compared with."""
    if compared:
        from zhike.run.night import last_day
        from zhike.run.sources import Sources

        day = last_day(Sources.of(session.home())) - timedelta(days=_EARLIER)
        yield told("一周前的夜间运行", "A night of a week before"), ["run", "--as-of", day.isoformat()]
    yield told("夜间运行", "The night"), ["run"]


def _plan(args: argparse.Namespace) -> dict[str, object]:
    return {"release": __version__, **{name: getattr(args, name) for name, *_ in _SIZES}}


def _made_before(args: argparse.Namespace) -> bool:
    """Tell whether this very branch was made up here, by this release, and its night is published."""
    home = session.home()
    asked = args.drop is None and not args.example and args.real is None
    if not asked or not (home / "PUBLISHED").exists() or made_up.plan_of(home) != _plan(args):
        return False
    tell(f"模拟的营业部已在 {home}。", f"The branch made up is in {home} already.")
    return True


def _drops(args: argparse.Namespace, aside: Path) -> Mapping[str, Path]:
    """Choose what to take in: the drop that was named, the example, the real data, else a branch made up; feed → folder."""
    if args.drop is not None:
        return {"default": args.drop}
    if args.example:
        return {"example": _example("branch")}
    real: Path | None = args.real
    if real is None:
        return {made_up.FEED: _made_up(args, aside)}
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
