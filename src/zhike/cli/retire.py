"""`zhike retire`: what is past the limits of `zhike.toml`; nothing goes unless it is said a second time, with --yes."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from zhike.cli import homes, session
from zhike.cli.arguments import command
from zhike.cli.output import as_json, line, table, tell
from zhike.cli.session import told

if TYPE_CHECKING:
    from pathlib import Path

    from zhike.cli.arguments import Subparsers
    from zhike.datacentre.retention import Due, Keep, OldDrop


def register(subparsers: Subparsers) -> None:
    """Add `zhike retire`."""
    short = told(
        "列出超出保留期限的旧结果与原始文件；--yes 才移除",
        "list what is past the limits; remove it with --yes",
    )
    parser = command(subparsers, "retire", short, run)
    parser.add_argument("--yes", action="store_true", help=told("移除所列", "remove what is listed"))
    parser.add_argument("--log", action="store_true", help=told("列出以往的移除", "list past removals"))
    parser.add_argument("--format", choices=("table", "json"), default="table", help=told("输出格式", "how to print it"))  # fmt: skip


def run(args: argparse.Namespace) -> int:
    """List what is past the limits, and remove it where that is said; or list past removals."""
    from zhike.config import keep_settings
    from zhike.datacentre.retention import due, retire

    home = homes.filled()
    if args.log:
        return _log(home, args)
    keep, now = keep_settings(home), session.now()
    found = retire(home, keep, now, raw=True) if args.yes else due(home, keep, now)
    if args.format == "json":
        as_json({"home": str(home), "keep": asdict(keep), "removed": bool(args.yes), **_json(found)})
    else:
        _print(found, keep, removed=args.yes)
    return 0


def _json(found: Due) -> dict[str, Any]:
    raw = found.raw()
    return {
        "generations": [
            {"id": g.entry.id, "as_of": g.entry.day, "published": g.published, "bytes": g.bytes} for g in found.generations
        ],
        "drops": [{**asdict(d), "bytes": d.bytes} for d in found.drops],
        "raw": {"files": len(raw), "bytes": sum(g.bytes for g in raw)},
    }  # fmt: skip


def _print(found: Due, keep: Keep, *, removed: bool) -> None:
    if found.generations:
        tell(f"超出 {keep.why_generation} 的旧结果：", f"Generations past {keep.why_generation}:")
        table(
            [told("期", "id"), told("截至", "as_of"), told("发布于", "published"), told("字节", "bytes")],
            [(g.entry.id, g.entry.day, g.published, g.bytes) for g in found.generations],
        )
        line()
    if found.drops:
        _print_drops(found.drops, keep)
    raw = found.raw()
    if keep.raw_days is None:
        tell(
            "原始文件永久保留（zhike.toml 中没有 [keep] raw_days）。",
            "Delivered files are kept for ever (zhike.toml has no [keep] raw_days).",
        )
    size = sum(g.bytes for g in found.generations) + sum(g.bytes for g in raw)
    zh, en = f"{len(found.generations)} 期结果、{len(raw)} 个原始文件，共 {size:,} 字节", f"{len(found.generations)} generations and {len(raw)} delivered files, {size:,} bytes"  # fmt: skip
    if not found.generations and not raw:
        tell("没有可移除的。", "There is nothing to remove.")
    elif removed:
        tell(f"已移除 {zh}；记录在 retired/ 中，zhike retire --log 可查。", f"Removed {en}; the record is in retired/, zhike retire --log shows it.")  # fmt: skip
    else:
        tell(f"尚未移除：{zh}。确认移除：zhike retire --yes", f"Nothing is removed yet: {en}. To remove it: zhike retire --yes")  # fmt: skip


def _print_drops(drops: tuple[OldDrop, ...], keep: Keep) -> None:
    tell(f"超出 {keep.why_raw} 的批次（只移除原始文件，入库的行不变）：", f"Drops past {keep.why_raw} (only their delivered files go, the rows taken in stay):")  # fmt: skip
    headings = ("drop", "name", "taken in", "files", "bytes", "lines only there", "")
    chinese = ("批次", "名称", "导入于", "文件", "字节", "仅存于此的行", "")
    rows = [
        (d.number, d.name, d.taken_in, len(d.files), d.bytes, d.only_there, _remark(d)) for d in drops
    ]  # fmt: skip
    table([told(zh, en) for zh, en in zip(chinese, headings, strict=True)], rows)
    needed = {f.name for d in drops if d.unsound for f in d.files}
    for file in (f for d in drops for f in d.files if f.name not in needed):
        line(f"  {', '.join(file.names)}  {file.bytes:,}  raw/{file.name[:2]}/{file.name}")
    line()


def _remark(drop: OldDrop) -> str:
    if drop.unsound:
        return told(
            "保留：入库文件已损坏，见 zhike check", "stays: its stored files are damaged, see zhike check"
        )
    return "" if drop.number else told("已撤销", "taken back")


def _log(home: Path, args: argparse.Namespace) -> int:
    """List past removals."""
    from zhike.datacentre.store import retired

    found = retired.all_of(home)
    if args.format == "json":
        as_json({"home": str(home), "removals": [{**asdict(r), "bytes": r.bytes} for r in found]})
        return 0
    if not found:
        tell("从未移除过什么。", "Nothing was ever removed.")
    kinds = {retired.GENERATION: told("结果", "generation"), retired.RAW: told("原始文件", "delivered file")}
    rows = [
        (r.when, kinds.get(r.kind, r.kind), g.name[:27], g.day, g.bytes, r.why, ", ".join(g.names))
        for r in found for g in r.gone
    ]  # fmt: skip
    if rows:
        headings = ("removed", "what", "name", "day", "bytes", "why", "files")
        chinese = ("移除于", "类别", "名称", "日期", "字节", "依据", "文件")
        table([told(zh, en) for zh, en in zip(chinese, headings, strict=True)], rows)
    return 0
