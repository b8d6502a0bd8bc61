"""`zhike simulate`: make a branch up, with everything a real one delivers, and the truth apart from it."""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import TYPE_CHECKING

from zhike.cli.arguments import command, day
from zhike.cli.output import table, tell
from zhike.cli.progress import progress
from zhike.cli.session import told

if TYPE_CHECKING:
    from zhike.cli.arguments import Subparsers

_FLAVOURS = ("csv", "parquet", "exported")
_VARIANTS = ("standard", "rules", "habits")


def register(subparsers: Subparsers) -> None:
    """Add `zhike simulate`."""
    parser = command(subparsers, "simulate", told("模拟一家营业部", "make a branch up"), run)
    parser.add_argument("out", metavar="OUT", type=Path, help=told("新目录", "a new folder"))
    for name, value, zh, en in (
        ("clients", 1000, "客户数", "how many clients"),
        ("days", 500, "交易日数", "how many trading days"),
        ("seed", 1, "随机种子；相同则结果逐字节相同", "the same seed gives the same bytes"),
    ):
        parser.add_argument(f"--{name}", metavar="N", type=int, default=value, help=told(zh, en))
    parser.add_argument(
        "--market",
        metavar="MARKET",
        default="mixed",
        help=told(
            "mixed、bull、bear、crash、range、lull 或 real:指数CSV",
            "mixed, bull, bear, crash, range, lull or real:FILE, a CSV of an index",
        ),
    )
    parser.add_argument(
        "--as", dest="flavour", choices=_FLAVOURS, default="csv", help=told("文件格式", "what files to write")
    )
    parser.add_argument(
        "--variant",
        choices=_VARIANTS,
        default="standard",
        help=told("客户行为的机制", "by which mechanics clients act"),
    )
    parser.add_argument("--start", metavar="DATE", type=day, help=told("首个交易日", "first trading day"))


def run(args: argparse.Namespace) -> int:
    """Write the branch and say what is in it."""
    from zhike.simulate import Plan, market_named, simulate

    market, file = market_named(args.market)
    plan = Plan(
        args.clients,
        args.days,
        args.seed,
        market=market,
        variant=args.variant,
        start=args.start,
        index_file=file,
    )
    begun = time.perf_counter()
    with progress() as bar:
        story = simulate(plan, args.out, args.flavour, bar)
    table([told("表", "table"), told("行", "rows")], sorted(story.rows.items()))
    seconds = time.perf_counter() - begun
    tell(
        f"{plan.clients:,} 个客户、{plan.days:,} 个交易日，用时 {seconds:.1f} 秒。导入：zhike ingest {story.drop}",
        f"{plan.clients:,} clients, {plan.days:,} trading days in {seconds:.1f} s. To take it in: zhike ingest {story.drop}",
    )
    tell(f"真相：{story.truth}", f"The truth: {story.truth}")
    return 0
