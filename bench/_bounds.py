"""Bounds on what is counted: a value, how far from it is well (a share of it), and why it is what it is.

A count is out of bounds on either side. More is a regression; less is a gain that the next regression would eat unseen, so the
bound is renewed, and the commit shows it.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_HEAD = """\
# What `make bench-check` holds the counts of a small branch's night to. A bound: value; tolerance (a share of the value: 0 for
# what is decided by code alone, a little for rows that a simulated client's arithmetic decides on, and for compressed bytes); why.
# Renewed by `make bench-check RENEW=1`, which keeps tolerances and reasons; say in the commit why the values moved.

"""
_LEEWAY = 1e-4  # ratios are stored with six digits


@dataclass(frozen=True, slots=True)
class Bound:
    """What a count should be, how far it may be from that (a share of it), and why."""

    value: float
    tolerance: float
    why: str

    def verdict(self, measured: float) -> str:
        """Say "more" or "less" where a count is out of bounds, else nothing."""
        if abs(measured - self.value) <= (self.tolerance + _LEEWAY) * abs(self.value):
            return ""
        return "more" if measured > self.value else "less"


def load(path: Path) -> dict[str, Bound]:
    """Read the bounds; none where there is no file yet."""
    if not path.exists():
        return {}
    return {name: Bound(**entry) for name, entry in tomllib.loads(path.read_text("utf-8")).items()}


def verdicts(bounds: Mapping[str, Bound], measured: Mapping[str, float]) -> dict[str, str]:
    """Say what is wrong, by name: "more", "less", "no bound", "not counted", "no reason"; "" where all is well."""
    out = {name: _verdict(bounds.get(name), n) for name, n in measured.items()}
    return out | {name: "not counted" for name in bounds if name not in measured}


def _verdict(bound: Bound | None, measured: float) -> str:
    if bound is None:
        return "no bound"
    return bound.verdict(measured) or ("" if bound.why else "no reason")


def rendered(bounds: Mapping[str, Bound], measured: Mapping[str, float]) -> str:
    """Return the file with the values as measured; a new name's bound is exact and its reason is still to be said."""
    lines = []
    for name, number in measured.items():
        old = bounds.get(name, Bound(number, 0.0, ""))
        value = _plain(old.value if not old.verdict(number) else number)
        why = json.dumps(old.why, ensure_ascii=False)
        lines.append(f'"{name}" = {{ value = {value}, tolerance = {old.tolerance:g}, why = {why} }}\n')
    return _HEAD + "".join(lines)


def _plain(number: float) -> str:
    return str(int(number)) if number == int(number) else f"{number:.6g}"
