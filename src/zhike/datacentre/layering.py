"""One layer of a drop's mapping: its own mapping.toml, or its feed's."""

from __future__ import annotations

from zhike.datacentre.constants import check_constants
from zhike.datacentre.mapping import Overrides, parse_overrides

MAPPING = "mapping.toml"


def parse_layer(text: str, *, where: str = MAPPING, under: Overrides | None = None) -> Overrides:
    """Read a mapping file's `text`, which lies over `under`; raise UsageError where it or one of its constants is wrong."""
    own = parse_overrides(text, where=where)
    check_constants(own, own.over(under or Overrides()), where)
    return own
