"""Imports by the worker: from the uploads and nowhere else; what was taken in goes, its bytes stay in the store."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from zhike.base.errors import UsageError
from zhike.datacentre.store.house import Store
from zhike_desk import made_up
from zhike_desk.records.jobs import Work
from zhike_desk.worker import importing

AT = datetime(2025, 7, 2, tzinfo=UTC)
LOGINS = "date,client_id,count\n2025-01-06,0020000001,3\n"


def staged(home: Path, name: str = "0123") -> Path:
    drop = home / "desk" / "uploads" / name
    drop.mkdir(parents=True)
    (drop / "login.csv").write_text(LOGINS)
    return drop


def test_a_staged_drop_is_a_folder_of_the_uploads(tmp_path: Path) -> None:
    drop = staged(tmp_path)
    assert importing.staged(tmp_path, "0123") == drop


@pytest.mark.parametrize(
    "name", ["", "..", ".", ".0123", "a/b", "../uploads/0123", "/0123", "gone", "file", "link"]
)
def test_what_leads_elsewhere_or_is_gone_is_told_as_gone(tmp_path: Path, name: str) -> None:
    drop = staged(tmp_path)
    (drop.parent / ".0123").mkdir()
    (drop.parent / "a" / "b").mkdir(parents=True)
    (drop.parent / "file").write_text("")
    (drop.parent / "link").symlink_to(drop)
    with pytest.raises(UsageError, match="The uploaded files are gone") as error:
        importing.staged(tmp_path, name)
    assert "Upload them again" in error.value.sentence("en")


@pytest.mark.parametrize(
    ("feed", "made", "of"),
    [("counter", False, "counter"), ("", False, "upload"), ("counter", True, "demo-upload")],
)
def test_a_drop_is_taken_in_as_of_its_feed_and_taken_back(
    db: Path, tmp_path: Path, feed: str, made: bool, of: str
) -> None:
    drop = staged(tmp_path)
    if made:
        made_up.mark(tmp_path, {"clients": 1})
    told = importing.take(Work(1, "import", {"folder": "0123", "feed": feed}, None, AT, home=tmp_path))
    assert (told["feed"], told["files"], told["tables"]["login"]) == (of, 1, [1, 0, 0, 0])
    assert not drop.exists()
    assert Store(tmp_path).manifest().rows("login") == 1
    back = importing.take_back(Work(2, "undo_import", {"drop": told["drop"]}, None, AT, home=tmp_path))
    assert back == {"drop": told["drop"], "name": "0123", "tables": {"login": [1, 0]}}
    assert Store(tmp_path).manifest().drops == ()
