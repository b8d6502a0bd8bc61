"""The commands that the desk adds to `zhike`, through the entry-point group `zhike.commands`.

The group's entry is `register(subparsers)`: it adds the parser of each command and gives it, with `set_defaults(run=…)`,
a function that takes the parsed arguments and returns the exit code. Django is imported when such a command runs, not before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from zhike_desk.commands import desk, keeping, serve, up

if TYPE_CHECKING:
    from zhike.cli.arguments import Subparsers


def register(subparsers: Subparsers) -> None:
    """Add `zhike up`, `zhike serve`, `zhike desk`, `zhike backup`, `zhike restore`."""
    for room in (up, serve, desk, keeping):
        room.register(subparsers)
