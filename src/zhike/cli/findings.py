"""`zhike findings`: every bad row and oddity, with file, line, column, value and reason."""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zhike.base.errors import UsageError
from zhike.base.text import say
from zhike.cli import homes, session
from zhike.cli.arguments import command
from zhike.cli.output import line, raw, table, tell
from zhike.cli.session import told

if TYPE_CHECKING:
    import pyarrow as pa

    from zhike.cli.arguments import Subparsers

_FORMATS = ("table", "json", "csv", "xlsx")
_SEVERITIES = ("error", "warning", "info")
_HEADINGS = {
    "drop": "批次",
    "table": "表",
    "source": "文件",
    "line": "行",
    "column": "列",
    "value": "值",
    "reason": "原因",
    "severity": "级别",
    "check": "检查",
    "count": "次数",
}


def register(subparsers: Subparsers) -> None:
    """Add `zhike findings`."""
    parser = command(subparsers, "findings", told("列出数据问题", "list what was wrong with the data"), run)
    parser.add_argument(
        "--drop",
        metavar="DROP",
        help=told("只看一批：编号、名称或标识开头", "one drop: its number, name or beginning of its id"),
    )
    parser.add_argument(
        "--severity",
        action="append",
        choices=_SEVERITIES,
        default=[],
        help=told("只看此级别（可重复）", "only this one (may be repeated)"),
    )
    parser.add_argument(
        "--format",
        choices=_FORMATS,
        help=told("输出格式（默认 table，或按文件名）", "how to print it (default: table, or as -o says)"),
    )
    parser.add_argument(
        "-o",
        "--output",
        metavar="FILE",
        type=Path,
        help=told("写入文件（覆盖）", "write to a file, replacing it"),
    )
    parser.add_argument(
        "--limit",
        metavar="N",
        type=int,
        default=50,
        help=told(
            "屏幕上最多几条，0 为全部（默认 50）", "how many to show on screen, 0 for all (default 50)"
        ),
    )


def run(args: argparse.Namespace) -> int:
    """List the findings; return 0 whatever they are: listing them is what was asked for."""
    form = args.format or (args.output.suffix.lstrip(".").lower() if args.output else "table")
    if form not in _FORMATS or (form == "table" and args.output):
        raise UsageError(
            say(f"不能写成 {form} 文件。", f"Findings can't be written to a file as {form}."),
            next_=say("--format csv、xlsx 或 json", "Use --format csv, xlsx or json."),
        )
    homes.filled()
    if form == "table":
        _print(args)
    elif form == "xlsx":
        _write_xlsx(args)
    elif args.output:
        _write(args, _pieces(args, form))
    else:
        for piece in _pieces(args, form):
            raw(piece)
    return 0


def _found(args: argparse.Namespace, *severities: str) -> Iterator[pa.Table]:
    from zhike.datacentre.findings import findings

    return findings(session.home(), session.language(), args.drop, severities or args.severity)


def _pieces(args: argparse.Namespace, form: str) -> Iterator[bytes]:
    if form == "json":
        return (piece.encode() for piece in _json(args))
    from zhike.datacentre.findings import SHOWN
    from zhike.datacentre.spreadsheets import csv_bytes

    return csv_bytes(SHOWN, _found(args))


def _json(args: argparse.Namespace) -> Iterator[str]:
    """Yield one JSON object piece by piece: the findings, then how many there are by severity."""
    counts = dict.fromkeys(_SEVERITIES, 0)
    between = ""
    yield '{"findings": ['
    for rows in _found(args):
        for row in rows.to_pylist():
            counts[row["severity"]] += 1
            yield f"{between}\n  {json.dumps(row, ensure_ascii=False)}"
            between = ","
    yield f'\n], "counts": {json.dumps(counts)}}}\n'


def _write(args: argparse.Namespace, pieces: Iterator[bytes]) -> None:
    from zhike.datacentre.export import whole

    with whole(args.output) as aside, aside.open("wb") as stream:
        for piece in pieces:
            stream.write(piece)
    tell(f"已写入 {args.output}", f"Written to {args.output}")


def _write_xlsx(args: argparse.Namespace) -> None:
    from zhike.datacentre.export import whole
    from zhike.datacentre.findings import SHOWN
    from zhike.datacentre.spreadsheets import write_xlsx

    target = args.output or Path("findings.xlsx")
    if args.output is None and target.exists():
        raise UsageError(
            say("当前目录已有 findings.xlsx。", "There is a findings.xlsx here already."),
            where=str(target.absolute()),
            next_=say("用 -o 指定文件名。", "Name the file with -o."),
        )
    with whole(target) as aside:
        rows = write_xlsx(aside, told("发现", "findings"), SHOWN, _found(args))
    tell(f"{rows:,} 条已写入 {target}", f"{rows:,} findings written to {target}")


def _print(args: argparse.Namespace) -> None:
    """Print the worst first, up to the limit, and then how often each check was broken."""
    counts = _counts(args)
    shown: list[dict[str, Any]] = []
    for severity in args.severity or _SEVERITIES:
        for rows in _found(args, severity):
            room = args.limit - len(shown) if args.limit else rows.num_rows
            shown += rows.slice(0, max(room, 0)).to_pylist()
    if not counts:
        tell("没有发现。", "There are no findings.")
        return
    table([told(zh, en) for en, zh in _HEADINGS.items()], [[row[n] for n in _HEADINGS] for row in shown])
    line()
    total = sum(n for n, _ in counts.values())
    if total > len(shown):
        tell(
            f"……另有 {total - len(shown):,} 条：--limit 0 显示全部，或 --format csv -o findings.csv",
            f"… and {total - len(shown):,} more: --limit 0 shows all, or --format csv -o findings.csv",
        )
        line()
    headings = (
        told("级别", "severity"),
        told("检查", "check"),
        told("条数", "findings"),
        told("行数", "rows"),
    )
    table(headings, [(s, c, n, rows) for (s, c), (n, rows) in counts.items()])


def _counts(args: argparse.Namespace) -> dict[tuple[str, str], tuple[int, int]]:
    """Count findings, and the rows they stand for, by severity (the worst first) and check."""
    entries: Counter[tuple[str, str]] = Counter()
    rows: Counter[tuple[str, str]] = Counter()
    for found in _found(args):
        grouped = found.group_by(["severity", "check"]).aggregate([("count", "count"), ("count", "sum")])
        for row in grouped.to_pylist():
            slot = (row["severity"], row["check"])
            entries[slot] += row["count_count"]
            rows[slot] += row["count_sum"]
    order = sorted(entries, key=lambda s: (_SEVERITIES.index(s[0]), -entries[s], s[1]))
    return {slot: (entries[slot], rows[slot]) for slot in order}
