"""How a number is written, whatever its unit."""

from __future__ import annotations

MINUS = "−"


def minus(figure: str) -> str:
    """Give a figure that was written by a format the minus sign of print, as wide as a plus."""
    return figure.replace("-", MINUS)
