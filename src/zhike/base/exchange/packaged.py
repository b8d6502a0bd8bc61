"""Read the facts that are packaged beside the code: data with their sources, not statements."""

from __future__ import annotations

import tomllib
from importlib import resources
from typing import Any


def packaged(name: str) -> dict[str, Any]:
    """Read the TOML file `name` of this folder.

    Raises FileNotFoundError or tomllib.TOMLDecodeError where the installation is damaged.
    """
    text = resources.files(__package__).joinpath(name).read_text(encoding="utf-8")
    return tomllib.loads(text)
