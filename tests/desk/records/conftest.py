"""What lies below records is proved on both databases; only what starts a PostgreSQL of its own needn't be run on one."""

from __future__ import annotations

from pathlib import Path

import pytest

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test below this folder `both`."""
    for item in items:
        if HERE in item.path.parents and "postgres" not in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.both)
