"""How an action ends that wrote nothing: refused with a reason, or beaten by somebody else's edit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from zhike.base.text import Said
from zhike_desk.records.models.base import Kept


class Refused(Exception):
    """The action can't be done, in a sentence for whoever asked; nothing was written."""

    def __init__(self, why: Said) -> None:
        super().__init__(why.en)
        self.why = why


class Conflict(Exception):
    """Somebody else changed the record since it was read: `theirs` is what stands now, `mine` what was asked for, by field."""

    def __init__(self, record: Kept, mine: Mapping[str, Any]) -> None:
        super().__init__(f"{record._meta.model_name} {record.pk} is at version {record.version}")
        self.version = record.version
        self.mine = dict(mine)
        self.theirs = {name: getattr(record, name) for name in mine}
