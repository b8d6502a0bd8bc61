"""Imports as jobs: a drop that somebody uploaded and had approved, and taking one back."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from zhike.base.errors import UsageError
from zhike.base.text import say
from zhike.datacentre.undo import undo
from zhike_desk import made_up
from zhike_desk.records.jobs import Work, runs
from zhike_desk.worker.night import patient, take_in, told

UPLOADS = "uploads"


@runs("import")
def take(work: Work) -> dict[str, Any]:
    """Take the staged drop `folder` (a name in `desk/uploads`) in, as from `feed`; return its report. The copy goes, the store keeps the bytes."""
    drop = staged(work.home, str(work.arguments["folder"]))
    demo = made_up.plan_of(work.home) is not None
    report = take_in(work, drop, made_up.UPLOAD_FEED if demo else str(work.arguments.get("feed") or "upload"))
    shutil.rmtree(drop, ignore_errors=True)
    return told(report)


@runs("undo_import")
def take_back(work: Work) -> dict[str, Any]:
    """Take the drop of the number `drop` back; return the rows each table had before and has now."""
    done = patient(work, lambda: undo(work.home, str(work.arguments["drop"])))
    return {
        "drop": done.drop.number,
        "name": done.drop.name,
        "tables": {t: list(n) for t, n in done.tables.items()},
    }


def staged(home: Path, name: str) -> Path:
    """Return the folder of a staged drop; raise UsageError where the name leads out of the uploads, or there is none."""
    room = home / "desk" / UPLOADS
    found = room / name
    if not name or "/" in name or name.startswith(".") or found.is_symlink() or not found.is_dir():
        raise UsageError(
            say("找不到这批上传的文件。", "The uploaded files are gone."),
            next_=say("请重新上传。", "Upload them again."),
        )
    return found
