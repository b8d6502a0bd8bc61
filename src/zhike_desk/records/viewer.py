"""Who is looking: what every query and action asks for."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from zhike_desk.records.policy import Cell, policy


@dataclass(frozen=True, slots=True)
class Viewer:
    """Somebody signed in, or a token standing for them: their role, their staff number, their branch.

    `scopes` is None for a person and the actions a token may be used for otherwise.
    """

    user_id: int
    username: str
    role: str
    staff_id: str = ""
    branch_id: str = ""
    name: str = ""
    scopes: frozenset[str] | None = field(default=None)

    @classmethod
    def of(cls, user: Any, scopes: frozenset[str] | None = None) -> Viewer:
        """Return the viewer that a signed-in user is, or a token of theirs with `scopes`; raise Denied where nobody has signed in."""
        if not user.is_authenticated:
            raise Denied("signed-in")
        return cls(
            user_id=user.pk,
            username=user.username,
            role=user.role,
            staff_id=user.staff_id,
            branch_id=user.branch_id,
            name=user.display_name or user.username,
            scopes=scopes,
        )

    def may(self, action: str) -> Cell | None:
        """Return what this viewer may do with `action`; None where it is denied."""
        if self.scopes is not None and (action not in self.scopes or action not in policy().tokens):
            return None
        return policy().cell(self.role, action)

    def need(self, action: str) -> Cell:
        """Return what this viewer may do with `action`; raise Denied where it is nothing."""
        cell = self.may(action)
        if cell is None:
            raise Denied(action)
        return cell


class Denied(Exception):
    """The viewer may not; pages answer as if it did not exist."""
