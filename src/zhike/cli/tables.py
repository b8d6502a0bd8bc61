"""`zhike tables`: what is there now, which drops it came from, and what the latest run published."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from zhike.cli import homes
from zhike.cli.arguments import command
from zhike.cli.output import as_json, line, table, tell
from zhike.cli.session import told

if TYPE_CHECKING:
    from zhike.cli.arguments import Subparsers
    from zhike.datacentre.overview import Overview


def register(subparsers: Subparsers) -> None:
    """Add `zhike tables`."""
    parser = command(subparsers, "tables", told("现有的表与批次", "list the tables and drops there are"), run)
    parser.add_argument(
        "--format", choices=("table", "json"), default="table", help=told("输出格式", "how to print it")
    )


def run(args: argparse.Namespace) -> int:
    """List tables and drops."""
    from zhike.config import engine_settings
    from zhike.datacentre.overview import overview

    home = homes.existing()
    found = overview(home, engine_settings(home))
    if args.format == "json":
        as_json({"home": str(home), **found.to_json()})
    elif found.tables or found.drops or found.published:
        _print(found)
    else:
        tell(
            f"{home} 中还没有数据。下一步：zhike ingest 目录",
            f"There is no data in {home} yet. Next: zhike ingest FOLDER",
        )
    return 0


def _print(found: Overview) -> None:
    headings = ("table", "rows", "files", "bytes", "first", "last", "drops", "waiting")
    chinese = ("表", "行数", "文件", "字节", "最早", "最晚", "批次", "等待客户")
    rows = [[getattr(t, name) for name in headings] for t in found.tables]
    table([told(zh, en) for zh, en in zip(chinese, headings, strict=True)], rows)
    if found.published:
        line()
        _print_published(found)
    line()
    of_drops = ("drop", "name", "feed", "files", "lines", "errors", "warnings", "notes", "id")
    in_chinese = ("批次", "名称", "来源", "文件", "行数", "错误", "警告", "提示", "标识")
    table(
        [told(zh, en) for zh, en in zip(in_chinese, of_drops, strict=True)],
        [
            [
                d.number,
                d.name,
                d.feed,
                d.files,
                d.lines,
                *(d.findings.get(s, 0) for s in ("error", "warning", "info")),
                d.id[:12],
            ]
            for d in found.drops
        ],
    )


def _print_published(found: Overview) -> None:
    headings = ("published", "rows", "files", "bytes", "as_of")
    chinese = ("结果表", "行数", "文件", "字节", "截至")
    rows = [(t.table, t.rows, t.files, t.bytes, t.as_of) for t in found.published]
    table([told(zh, en) for zh, en in zip(chinese, headings, strict=True)], rows)
