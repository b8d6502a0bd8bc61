"""The home folder as a command needs it: one that may still be made, one that is there, one that holds data."""

from __future__ import annotations

from pathlib import Path

from zhike.base.errors import UsageError
from zhike.base.text import say
from zhike.cli import session


def usable() -> Path:
    """Return the home folder, which need not be there yet; raise UsageError where its name is that of a file."""
    home = session.home()
    if home.exists() and not home.is_dir():
        raise UsageError(
            say("数据目录应是目录，这里却是一个文件。", "The home folder is to be a folder; this is a file."),
            where=str(home),
            next_=say(
                "用 --home 或 ZHIKE_HOME 指出目录；要导入文件：zhike ingest 文件。",
                "Name a folder with --home or ZHIKE_HOME; to take a file in: zhike ingest FILE.",
            ),
        )
    return home


def existing() -> Path:
    """Return the home folder; raise UsageError where there is none: a reader doesn't make one."""
    home = usable()
    if not home.exists():
        raise UsageError(
            say("没有这个数据目录。", "There is no such home folder."), where=str(home), next_=_NEXT
        )
    return home


def filled() -> Path:
    """Return the home folder; raise UsageError where nothing was ever ingested: all being well there says nothing."""
    from zhike.datacentre.store.manifest import untouched

    home = existing()
    if untouched(home):
        raise UsageError(
            say("这里还没有导入过任何数据。", "Nothing has been ingested here yet."),
            where=str(home),
            next_=_NEXT,
        )
    return home


_NEXT = say(
    "用 --home 或 ZHIKE_HOME 指出正确的目录；或先导入：zhike ingest 目录。",
    "Name the right folder with --home or ZHIKE_HOME, or ingest first: zhike ingest FOLDER.",
)
