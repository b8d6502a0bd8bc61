"""The book of the night: how readers find the generation that is published."""

UNKNOWN = -1e300
"""What a sortable figure holds where it isn't known: keysets need a value, and it sorts last."""
