"""The family of errors. Bad rows are findings, never exceptions; only a broken promise raises.

ZhikeError
├── UsageError       the command or a setting is wrong            (exit code 2)
├── BrokenPromise    a room gave rows that its table's definition rules out: a fault of Zhike's own (exit code 1)
├── InputRejected    a delivered file can't be taken as a whole   (becomes a finding; the file is kept)
└── StoreError       the home folder can't be used                (exit code 3)
    ├── StoreLocked     another writer is at work
    └── DamagedStore    a stored file isn't what the manifest says
"""

from __future__ import annotations

from zhike.base.text import Said


class ZhikeError(Exception):
    """Say what went wrong, where, and what to do next, in both languages."""

    def __init__(self, what: Said, *, where: str = "", next_: Said | None = None) -> None:
        super().__init__(what.en)
        self.what = what
        self.where = where
        self.next = next_

    def sentence(self, language: str) -> str:
        """Return the whole message in `language` ("zh" or "en")."""
        zh = language == "zh"
        parts = [self.what.zh if zh else self.what.en]
        if self.where:
            parts.append(("位置：" if zh else "Where: ") + self.where)
        if self.next is not None:
            parts.append(("下一步：" if zh else "Next: ") + (self.next.zh if zh else self.next.en))
        return "\n".join(parts)

    def __str__(self) -> str:
        """Return the whole message in English."""
        return self.sentence("en")

    def __reduce__(self) -> tuple[object, ...]:
        """Travel whole from a worker process."""
        return (_raised, (type(self), self.what, self.where, self.next))


def _raised(kind: type[ZhikeError], what: Said, where: str, next_: Said | None) -> ZhikeError:
    return kind(what, where=where, next_=next_)


class UsageError(ZhikeError):
    """A command, a setting or a mapping file says something that can't be done."""


class BrokenPromise(ZhikeError):
    """A room gave what it had promised never to give: a fault of the program, not of the data."""


class InputRejected(ZhikeError):
    """A delivered file can't be taken as a whole; `check` names the rule, `line` and `column` the place."""

    def __init__(
        self,
        check: str,
        what: Said,
        *,
        line: int | None = None,
        column: str | None = None,
        next_: Said | None = None,
    ) -> None:
        where = " ".join(p for p in (f"line {line}" if line else "", column or "") if p)
        super().__init__(what, where=where, next_=next_)
        self.check = check
        self.line = line
        self.column = column

    def __reduce__(self) -> tuple[object, ...]:
        """Travel whole from the child process that read the file."""
        return (_rejected, (self.check, self.what, self.line, self.column, self.next))


def _rejected(
    check: str, what: Said, line: int | None, column: str | None, next_: Said | None
) -> InputRejected:
    return InputRejected(check, what, line=line, column=column, next_=next_)


class StoreError(ZhikeError):
    """The home folder can't be read or written."""


class StoreLocked(StoreError):
    """Another process is writing to this home folder."""


class DamagedStore(StoreError):
    """A stored file is missing or isn't what the manifest says it is."""
