"""`zhike ingest`: take a drop in, or only look at it; say what was recognised and what became of every line."""

from __future__ import annotations

import argparse
import time
from contextlib import closing
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Any

from zhike.cli import homes, session
from zhike.cli.arguments import command, day
from zhike.cli.output import as_json, line, table, tell, wrapped
from zhike.cli.progress import progress
from zhike.cli.session import told

if TYPE_CHECKING:
    from zhike.cli.arguments import Subparsers
    from zhike.datacentre.delivery import Known
    from zhike.datacentre.report import FileReport, Report

_DELIMITERS = {
    ",": ("逗号分隔", "comma-separated"),
    "\t": ("制表符分隔", "tab-separated"),
    "|": ("竖线分隔", "pipe-separated"),
}


def register(subparsers: Subparsers) -> None:
    """Add `zhike ingest`."""
    parser = command(subparsers, "ingest", told("导入一批文件", "take a drop of files in"), run)
    parser.add_argument(
        "drop", metavar="DROP", type=Path, help=told("目录或单个文件", "a folder, or one file")
    )
    parser.add_argument(
        "--feed", metavar="NAME", default="default", help=told("来源名", "name of the source it comes from")
    )
    parser.add_argument("--dry-run", action="store_true", help=told("只看不存", "look only, store nothing"))
    parser.add_argument(
        "--as-of",
        metavar="DATE",
        type=day,
        help=told("按哪一天判断未来日期（默认今天）", "day after which dates lie ahead (default: today)"),
    )
    parser.add_argument(
        "--format", choices=("table", "json"), default="table", help=told("输出格式", "how to print it")
    )


def run(args: argparse.Namespace) -> int:
    """Take the drop in; return 1 where it has findings of severity error."""
    from zhike.datacentre.delivery import Known

    home = homes.usable()
    if args.dry_run:
        return _run(args, home, None)
    with closing(
        Known(home / "raw", args.drop)
    ) as known:  # what may be kept is hashed while the rest is loaded
        return _run(args, home, known)


def _run(args: argparse.Namespace, home: Path, known: Known | None) -> int:
    from zhike.config import engine_settings
    from zhike.datacentre.ingest import ingest
    from zhike.datacentre.request import Request

    today = args.as_of or session.now().date()
    request = Request(args.drop, today, args.feed, args.dry_run, engine_settings(home))
    begun = time.perf_counter()
    with progress() as bar:
        report = ingest(home, request, bar, known)
    seconds = time.perf_counter() - begun
    if args.format == "json":
        as_json(_json(report, seconds))
    else:
        _print(report, seconds, args)
    return 1 if report.findings.get("error") else 0


def _json(report: Report, seconds: float) -> dict[str, Any]:
    lines = sum(f.lines for f in report.files)
    return {
        **report.to_json(),
        "seconds": round(seconds, 3),
        "rows_per_second": round(lines / max(seconds, 1e-9)),
    }


def _print(report: Report, seconds: float, args: argparse.Namespace) -> None:
    for alike in _groups(report.files):
        _print_files(alike)
    if report.tables:
        table(
            [
                told("表", "table"),
                told("新增", "new"),
                told("变更", "changed"),
                told("未变", "unchanged"),
                told("隔离", "quarantined"),
            ],
            [(n, t.new, t.changed, t.unchanged, t.quarantined) for n, t in report.tables.items()],
        )
        line()
    lines = sum(f.lines for f in report.files)
    if not report.already:
        rate = lines / max(seconds, 1e-9)
        tell(
            f"{len(report.files)} 个文件，{lines:,} 行，用时 {seconds:.2f} 秒（每秒 {rate:,.0f} 行）。",
            f"{len(report.files)} files, {lines:,} lines in {seconds:.2f} s ({rate:,.0f} lines/s).",
        )
    if report.reconciled:
        tell(
            f"此前等待客户资料的 {report.reconciled:,} 行现已入库。",
            f"{report.reconciled:,} rows that waited for their clients came in.",
        )
    count = {s: report.findings.get(s, 0) for s in ("error", "warning", "info")}
    tell(
        f"发现：错误 {count['error']:,}、警告 {count['warning']:,}、提示 {count['info']:,}。",
        f"Findings: {count['error']:,} errors, {count['warning']:,} warnings, {count['info']:,} notes.",
    )
    _print_next(report, args)
    for note in report.notes:
        line()
        line(told(f"提示：{note.zh}", f"Note: {note.en}"))
        line(told(f"位置：{note.where}", f"Where: {note.where}"))
        line(told(f"下一步：{note.next_zh}", f"Next: {note.next_en}"))


def _print_next(report: Report, args: argparse.Namespace) -> None:
    if any(f.unsure for f in report.files):
        tell(
            "有列的含义不确定，未采用：请在该目录的 mapping.toml 中写明（见上面的“不确定”）。",
            "Some columns are unsure and were left out: say in the drop's mapping.toml what they are (see 'unsure' above).",
        )
    if report.dry_run:
        again = f"zhike ingest {quote(str(args.drop))}" + (
            f" --feed {quote(args.feed)}" if args.feed != "default" else ""
        )
        tell(f"什么都没有保存。导入：{again}", f"Nothing was stored. To take it in: {again}")
    elif report.already:
        tell(
            f"这批文件此前已导入（第 {report.number} 批），什么都没有改变。",
            f"This very drop was taken in before (drop {report.number}); nothing has changed.",
        )
    elif any(report.findings.values()):
        tell(
            f"逐条查看：zhike findings --drop {report.number}",
            f"To read them: zhike findings --drop {report.number}",
        )
    else:
        tell("现有的表：zhike tables", "What there is now: zhike tables")


def _groups(files: tuple[FileReport, ...]) -> list[list[FileReport]]:
    """Bring files together that were recognised in the very same way, in the order of the first of each."""
    found: dict[str, list[FileReport]] = {}
    for i, file in enumerate(files):
        what = (
            file.encoding,
            file.delimiter,
            file.header_line,
            file.kind,
            file.table,
            file.columns,
            file.unsure,
            file.proposals,
        )
        found.setdefault(str(i) if file.rejected else repr(what), []).append(file)
    return list(found.values())


def _print_files(alike: list[FileReport]) -> None:
    first = alike[0]
    more = (
        told(f"（及另外 {len(alike) - 1} 个同样的文件）", f" (and {len(alike) - 1} more alike)")
        if len(alike) > 1
        else ""
    )
    line(first.file + more)
    _print_recognised(first)
    for file in alike:
        _print_lines(file, "" if len(alike) == 1 else file.file + "  ")
    line()


def _print_recognised(file: FileReport) -> None:
    if file.why:
        sure = f" {file.confidence:.0%}" if file.confidence else ""
        wrapped(
            told("识别", "recognised"),
            [f"{file.kind} → {file.table or '—'}{sure}  {file.why[session.language()]}"],
        )
    form = [file.encoding] if file.encoding else []
    if file.delimiter:
        form.append(told(*_DELIMITERS.get(file.delimiter, (repr(file.delimiter), repr(file.delimiter)))))
    if file.header_line:
        form.append(told(f"表头在第 {file.header_line} 行", f"header in line {file.header_line}"))
    homes = [f"{name} → {column}" for name, column in file.columns.items() if column]
    homeless = [
        name or told("（空列名）", "(empty name)")
        for name, column in file.columns.items()
        if not column and name not in file.unsure
    ]
    for label, words in (
        (told("格式", "format"), form),
        (told("列", "columns"), homes),
        (told("不采用", "left out"), homeless),
        (told("倍数", "scale"), [f"{c} × {f}" for c, f in file.scale.items()]),
    ):
        if words:
            wrapped(label, words)
    for name in file.unsure:
        wrapped(told("不确定", "unsure"), [f"{name}: " + (" / ".join(file.proposals.get(name, ())) or "?")])
    if file.rejected:
        place = (
            told("第 {} 行", "line {}").format(file.rejected["line"]) + " " if file.rejected["line"] else ""
        )
        column = f"{file.rejected['column']}: " if file.rejected["column"] else ""
        wrapped(told("拒收", "refused"), [place + column + file.rejected[session.language()]])


def _print_lines(file: FileReport, name: str) -> None:
    parts = ", ".join(f"{t} {a + q:,}" for t, (a, q) in file.tables.items())
    wrapped(
        told("行", "lines"),
        [
            name
            + told(
                f"{file.lines:,} = 入库 {file.accepted:,} + 隔离 {file.quarantined:,} + 非数据 {file.other:,}",
                f"{file.lines:,} = {file.accepted:,} accepted + {file.quarantined:,} quarantined + {file.other:,} other",
            )
            + (f"  [{parts}]" if parts else "")
        ],
    )
