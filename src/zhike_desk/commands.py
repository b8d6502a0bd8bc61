"""The commands that the desk adds to `zhike`, through the entry-point group `zhike.commands`.

An entry of that group is a function `register(subparsers)`: it adds its parsers and gives each, with
`set_defaults(run=…)`, a function that takes the parsed arguments and returns the exit code.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from zhike.cli import main

if TYPE_CHECKING:
    Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "branch"


def register(subparsers: Subparsers) -> None:
    """Add `zhike up [DROP]` to the command line."""
    parser = subparsers.add_parser("up", help="take a branch's files in and show what came of them")
    parser.add_argument(
        "drop", nargs="?", type=Path, default=EXAMPLE, help="folder of files (default: the shipped example)"
    )
    parser.add_argument("--home", help="folder in which everything lives (default: ZHIKE_HOME)")
    parser.set_defaults(run=up)


def up(args: argparse.Namespace) -> int:
    """Take the drop in, list tables and findings; return 0 with findings too: they are what it shows."""
    home = ["--home", args.home] if args.home else []
    worst = max(main([*command, *home]) for command in (["ingest", str(args.drop)], ["tables"], ["findings"]))
    return worst if worst > 1 else 0
