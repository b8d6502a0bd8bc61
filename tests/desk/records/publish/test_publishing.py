"""Publishing a generation: a whole new book, then the pointer."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from zhike.datacentre.generation import Generation
from zhike_desk.records.models import AuditRow, BookClient, BookToken, Pointer, Publication
from zhike_desk.records.publish import publish

pytestmark = pytest.mark.both
LATER = datetime(2025, 7, 2, 2, 0, tzinfo=UTC)


def test_a_book_has_a_row_for_each_client_card(db: Path) -> None:
    generation = Generation.latest(db)
    assert generation is not None
    assert BookClient.objects.count() == generation.rows("client_card") == 80


def test_the_same_generation_is_not_loaded_twice(db: Path) -> None:
    first = Pointer.objects.get().publication
    assert publish(db, LATER) == first
    assert Publication.objects.count() == 1
    assert BookToken.objects.exists()


def test_the_switch_is_in_the_log(db: Path) -> None:
    row = AuditRow.objects.get(action="night.publish")
    assert row.object_id == str(Pointer.objects.get().publication_id)
    assert row.actor == "system"
