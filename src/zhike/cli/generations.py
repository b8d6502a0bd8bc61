"""`zhike generations`: the published results that are kept, the newest first."""

from __future__ import annotations

import argparse
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from zhike.cli import homes
from zhike.cli.arguments import command
from zhike.cli.output import as_json, table, tell
from zhike.cli.session import told

if TYPE_CHECKING:
    from zhike.cli.arguments import Subparsers
    from zhike.datacentre.generation import Generation


def register(subparsers: Subparsers) -> None:
    """Add `zhike generations`."""
    parser = command(
        subparsers, "generations", told("列出保留的各期结果", "list the published results that are kept"), run
    )
    parser.add_argument(
        "--format", choices=("table", "json"), default="table", help=told("输出格式", "how to print it")
    )


def run(args: argparse.Namespace) -> int:
    """List the generations; each says which of its tables differ from the one published before it."""
    from zhike.datacentre.generation import Generation

    home = homes.existing()
    kept = Generation.kept(home)
    listed = [_listed(g, before) for g, before in zip_longest(kept, kept[1:])]
    if args.format == "json":
        as_json({"home": str(home), "generations": listed})
    elif listed:
        _print(listed)
    else:
        tell(
            f"{home} 中还没有发布过结果。下一步：zhike run",
            f"Nothing was published in {home} yet. Next: zhike run",
        )
    return 0


def _listed(generation: Generation, before: Generation | None) -> dict[str, Any]:
    manifest = generation.manifest
    return {
        "id": generation.id,
        "as_of": manifest.as_of.isoformat(),
        "state": manifest.inputs.state,
        "code": manifest.inputs.code,
        "previous": manifest.previous,
        "changed": list(manifest.differing(before.manifest)) if before else None,
        "rows": sum(t.rows for t in manifest.tables.values()),
        "tables": {n: {"rows": t.rows, "content": t.content} for n, t in manifest.tables.items()},
    }


def _print(listed: list[dict[str, Any]]) -> None:
    headings = ("id", "as_of", "state", "tables", "rows", "changed")
    chinese = ("期", "截至", "状态", "表", "行数", "较前一期有变的表")
    rows = [
        (g["id"], g["as_of"], g["state"], len(g["tables"]), g["rows"], _changed(g["changed"])) for g in listed
    ]
    table([told(zh, en) for zh, en in zip(chinese, headings, strict=True)], rows)


def _changed(tables: list[str] | None) -> str:
    if tables is None:
        return told("（最早）", "(the oldest)")
    return ", ".join(tables) or told("无变化", "nothing changed")
