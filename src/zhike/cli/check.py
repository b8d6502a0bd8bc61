"""`zhike check`: see whether everything is still as it was stored."""

from __future__ import annotations

import argparse
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from zhike.cli import homes, session
from zhike.cli.arguments import command
from zhike.cli.output import as_json, line, tell
from zhike.cli.progress import progress
from zhike.cli.session import told

if TYPE_CHECKING:
    from pathlib import Path

    from zhike.cli.arguments import Subparsers
    from zhike.datacentre.audit import Audit, Progress, Result

_SHOWN = 10
_STATUS = {
    "ok": ("正常", "ok"),
    "broken": ("不符", "broken"),
    "warning": ("提醒", "warning"),
    "unchecked": ("未查", "not looked at"),
}


def register(subparsers: Subparsers) -> None:
    """Add `zhike check`."""
    parser = command(subparsers, "check", told("核对数据目录", "see whether all is as it was stored"), run)
    parser.add_argument(
        "--deep",
        action="store_true",
        help=told(
            "重读每一行并重新推算，并抽样重算已发布的结果",
            "read every row again, decide anew what holds, and compute published results of some clients again",
        ),
    )
    parser.add_argument(
        "--format", choices=("table", "json"), default="table", help=told("输出格式", "how to print it")
    )


def run(args: argparse.Namespace) -> int:
    """Look at every invariant; return 1 where one is broken."""
    from zhike.config import engine_settings
    from zhike.datacentre.audit import audit

    home = homes.filled()
    with progress() as bar:
        found = audit(home, engine_settings(home), deep=args.deep, progress=bar)
        if (home / "models").exists():
            found = replace(found, results=(*found.results, _models(home)))
        if args.deep:
            found = replace(found, results=(*found.results, _recomputed(home, found, bar)))
    if args.format == "json":
        as_json(
            {
                "home": str(home),
                "state": found.state,
                "sound": found.sound,
                "invariants": [_json(r) for r in found.results],
            }
        )
    else:
        _print(found)
    return 0 if found.sound else 1


def _models(home: Path) -> Result:
    """Look at the models of value, where a night or a publication has written any."""
    from zhike.run.again import models_kept

    return models_kept(home)


def _recomputed(home: Path, found: Audit, bar: Progress | None) -> Result:
    """Compute published results anew for some clients; where something is broken already, there is nothing to compute from."""
    from zhike.datacentre.audit import Result
    from zhike.run.again import RECOMPUTED, recomputed

    if not found.sound:
        return Result(RECOMPUTED, unchecked=("*",))
    if bar is not None:
        bar(RECOMPUTED.name, len(found.results), len(found.results) + 1)
    return recomputed(home)


def _json(result: Result) -> dict[str, Any]:
    said = session.language()
    return {
        "name": result.invariant.name,
        "sentence": result.invariant.said.in_language(said),
        "status": result.status,
        "breaks": [{"where": b.where, "what": b.said.in_language(said)} for b in result.breaks],
        "remarks": [{"where": r.where, "what": r.said.in_language(said)} for r in result.remarks],
        "unchecked": list(result.unchecked),
    }


def _print(found: Audit) -> None:
    for result in found.results:
        mark = {"ok": "✓", "broken": "✗", "warning": "!", "unchecked": "?"}[result.status]
        name = result.invariant.name.ljust(10)
        line(
            f"{mark} {name} {result.invariant.said.in_language(session.language())}: {told(*_STATUS[result.status])}"
        )
        for each in result.remarks:
            line(f"    {each.where}: {each.said.in_language(session.language())}")
        for each in result.breaks[:_SHOWN]:
            line(f"    {each.where}: {each.said.in_language(session.language())}")
        if len(result.breaks) > _SHOWN:
            tell(
                f"    ……另有 {len(result.breaks) - _SHOWN} 处",
                f"    … and {len(result.breaks) - _SHOWN} more",
            )
        if result.unchecked:
            names = ", ".join(result.unchecked)
            tell(f"    因文件损坏未查：{names}", f"    not looked at, their files are damaged: {names}")
    line()
    if found.sound:
        tell(f"状态 {found.state} 完好。", f"State {found.state} is sound.")
    else:
        tell(
            "有不符之处。原始文件在 raw/ 中（zhike retire --log 所列的除外）：撤销受影响的批次再导入，或从备份恢复。",
            "Something is broken. The delivered bytes are in raw/ (but for what zhike retire --log lists): undo the drops concerned and ingest them again, or restore a backup.",
        )
