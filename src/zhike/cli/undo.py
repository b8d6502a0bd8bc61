"""`zhike undo`: take a drop back, as if it had never been delivered."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from zhike.cli import homes
from zhike.cli.arguments import command
from zhike.cli.output import as_json, table, tell
from zhike.cli.session import told

if TYPE_CHECKING:
    from zhike.cli.arguments import Subparsers


def register(subparsers: Subparsers) -> None:
    """Add `zhike undo`."""
    parser = command(subparsers, "undo", told("撤销一批导入", "take a drop back"), run)
    parser.add_argument(
        "drop", metavar="DROP", help=told("编号、名称或标识开头", "its number, name or beginning of its id")
    )
    parser.add_argument(
        "--for-good",
        action="store_true",
        help=told("即使原始文件已按设置移除也撤销", "even where its raw files were removed by a setting"),
    )
    parser.add_argument(
        "--format", choices=("table", "json"), default="table", help=told("输出格式", "how to print it")
    )


def run(args: argparse.Namespace) -> int:
    """Take the drop back."""
    from zhike.datacentre.undo import undo

    done = undo(homes.filled(), args.drop, for_good=args.for_good)
    if args.format == "json":
        tables = {name: {"before": before, "after": after} for name, (before, after) in done.tables.items()}
        as_json({"drop": done.drop.id, "number": done.drop.number, "name": done.drop.name, "tables": tables})
        return 0
    there = done.lost is None
    tell(
        f"第 {done.drop.number} 批（{done.drop.name}）已撤销；"
        + ("原始文件仍在 raw/ 中。" if there else "部分原始文件此前已按设置移除，需要时须重新交付。"),
        f"Drop {done.drop.number} ({done.drop.name}) is taken back; "
        + ("its raw files are kept in raw/." if there else "some of its raw files had been removed by a setting: to have it again, deliver it again."),
    )  # fmt: skip
    headings = (
        told("表", "table"),
        told("此前行数", "rows before"),
        told("现在行数", "rows now"),
        told("变化", "change"),
    )
    table(headings, [(name, before, after, after - before) for name, (before, after) in done.tables.items()])
    return 0
