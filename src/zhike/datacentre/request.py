"""What is asked of an ingest, and the state of its files on their way."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from zhike.base.errors import InputRejected, UsageError
from zhike.base.text import say
from zhike.datacentre.plan import Plan
from zhike.datacentre.recognising import Opened, Refused
from zhike.datacentre.work import Done
from zhike.engine import EngineSettings


@dataclass(frozen=True, slots=True)
class Request:
    """What to ingest: a folder (or one file), the feed it comes from, the day of ingestion, whether only to try."""

    drop: Path
    today: date
    feed: str = "default"
    dry_run: bool = False
    settings: EngineSettings = field(default_factory=EngineSettings)

    def __post_init__(self) -> None:
        """Refuse a feed whose name could be taken for a path: it names a file in the home folder."""
        if not re.fullmatch(r"\w[\w.-]*", self.feed) or ".." in self.feed:
            raise UsageError(
                say(f"来源名“{self.feed}”不可用。", f"'{self.feed}' can't be a feed's name."),
                where="--feed",
                next_=say("请用字母、汉字、数字、-、_ 或 .", "Use letters, digits, -, _ and dots."),
            )


@dataclass(slots=True)
class FileState:
    """One table in one delivered file, on its way: what was opened, how it is read, what its tasks did."""

    number: int
    opened: Opened | Refused
    plan: Plan | None = None
    done: list[Done] = field(default_factory=list)
    rejected: InputRejected | None = None
    findings: list[dict[str, Any]] = field(default_factory=list)

    @property
    def source(self) -> str:
        """Return the name it has in reports and findings."""
        return self.opened.source if isinstance(self.opened, Refused) else self.opened.found.source

    def reject(self, rejected: InputRejected) -> None:
        """Keep the whole file out; whoever rejects it says so in a finding too."""
        self.rejected = rejected
        self.done = []
