"""What several proofs of trust begin with."""

from __future__ import annotations

from pathlib import Path

import pytest

import trust_canaries


@pytest.fixture
def busy(db: Path) -> dict[str, str]:
    """Give Alice's client a note, a task and a contact that name them; return what addresses are filled in with."""
    return trust_canaries.busy()
