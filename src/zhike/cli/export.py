"""`zhike export`: a table as it holds now, or as a run published it, in one file for other programs or people."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from zhike.base.errors import UsageError
from zhike.base.text import say
from zhike.cli import homes
from zhike.cli.arguments import command
from zhike.cli.output import tell, warn
from zhike.cli.session import told

if TYPE_CHECKING:
    from zhike.cli.arguments import Subparsers
    from zhike.datacentre.export import Exported

_FORMATS = ("parquet", "csv", "xlsx")


def register(subparsers: Subparsers) -> None:
    """Add `zhike export`."""
    parser = command(subparsers, "export", told("导出一张表", "write a table to a file"), run)
    parser.add_argument(
        "table", metavar="TABLE", help=told("表名，见 zhike tables", "its name, see zhike tables")
    )
    parser.add_argument(
        "--format",
        choices=_FORMATS,
        help=told("文件格式（默认按文件名）", "file format (default: as the file's name says)"),
    )
    parser.add_argument(
        "-o",
        "--output",
        metavar="FILE",
        type=Path,
        required=True,
        help=told("写到哪里（覆盖）", "where to, replacing it"),
    )
    parser.add_argument(
        "--generation",
        metavar="ID",
        help=told(
            "结果表取哪一期（默认最近一期），见 zhike generations",
            "of which generation, for a table that a run publishes (default: the latest), see zhike generations",
        ),
    )
    parser.add_argument(
        "--unmasked",
        action="store_true",
        help=told(
            "姓名、证件号、电话、邮箱按原样写出（默认脱敏）",
            "names, identity numbers, phones, e-mails as they are (default: masked)",
        ),
    )


def run(args: argparse.Namespace) -> int:
    """Write the file and say what is in it."""
    form = args.format or args.output.suffix.lstrip(".").lower()
    if form not in _FORMATS:
        raise UsageError(
            say(
                f"看不出 {args.output.name} 该是什么格式。",
                f"The name {args.output.name} doesn't say what format it is.",
            ),
            next_=say("请写 --format parquet、csv 或 xlsx。", "Add --format parquet, csv or xlsx."),
        )
    from zhike.config import engine_settings
    from zhike.datacentre.export import export

    home = homes.filled()
    done = export(
        home,
        args.table,
        form,
        args.output,
        engine_settings(home),
        unmasked=args.unmasked,
        generation=args.generation,
    )
    _tell_of(done)
    return 0


def _tell_of(done: Exported) -> None:
    tell(f"{done.table}：{done.rows:,} 行 → {done.path}", f"{done.table}: {done.rows:,} rows → {done.path}")
    if done.generation:
        tell(
            f"取自截至 {done.as_of} 的一期 {done.generation}。",
            f"From generation {done.generation} as of {done.as_of}.",
        )
    if done.masked:
        names = ", ".join(done.masked)
        tell(
            f"已脱敏：{names}（--unmasked 按原样导出）",
            f"Masked: {names} (--unmasked writes them as they are)",
        )
    if done.withheld:
        tell(
            f"冻结客户的 {done.withheld:,} 行未导出。",
            f"{done.withheld:,} rows of frozen clients were left out.",
        )
    if not done.rows:
        warn(
            f"表 {done.table} 没有可导出的行，文件只有表头。现有哪些表：zhike tables",
            f"Table '{done.table}' has no rows to export; the file holds only the header. What there is: zhike tables",
        )
