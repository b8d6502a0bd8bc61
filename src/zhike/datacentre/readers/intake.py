"""Taking delivered files in: the raw bytes are kept under their SHA-256, hashed and surveyed in one pass."""

from __future__ import annotations

import hashlib
import os
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from zhike.base.errors import InputRejected
from zhike.base.text import say
from zhike.datacentre.delivery import Known
from zhike.datacentre.readers.surveying import CHUNK, Surveyor
from zhike.engine.durable import Original, Stream, flush, make_folder

_APART = 4


@dataclass(frozen=True, slots=True)
class Delivered:
    """One delivered file: its path inside the drop, its size in bytes, its SHA-256."""

    name: str
    size: int
    sha256: str

    def kept_in(self, raw: Path) -> Path:
        """Return where the raw folder keeps (or will keep) these bytes."""
        return raw / self.sha256[:2] / self.sha256


@dataclass(frozen=True, slots=True)
class Taken:
    """A delivered file on its way: where its bytes can be read, what is known of its structure, or why it is refused.

    `original`: the delivered file itself, where it didn't change meanwhile.
    """

    delivered: Delivered
    path: Path | None
    surveyor: Surveyor | None = None
    rejected: InputRejected | None = None
    original: Original | None = None


class Intake:
    """Takes files in. Bytes go to `stage` first, and into `raw` as soon as they are safely on disk (in the background)."""

    def __init__(self, raw: Path, stage: Path, known: Known) -> None:
        self._raw = make_folder(raw)
        self._stage = make_folder(stage)
        self._known = known
        self._flusher = ThreadPoolExecutor(1)
        self._flushing: list[Future[None]] = []

    def take(self, path: Path, name: str) -> Taken:
        """Take one file in; what is kept already is only read, not written again."""
        if path.is_symlink():
            return Taken(
                Delivered(name, 0, hashlib.sha256(name.encode()).hexdigest()), None, None, _symlink()
            )
        if self._known.may_hold(path):
            kept = Delivered(name, *self._known.hash_of(path))
            if kept.kept_in(self._raw).exists():
                return Taken(kept, kept.kept_in(self._raw))
        return self._keep(path, name)

    def _keep(self, path: Path, name: str) -> Taken:
        """Copy a file's bytes, hashing and surveying the very bytes that are written."""
        folder = make_folder(self._stage / str(len(list(self._stage.iterdir()))))
        copy = folder / PurePosixPath(name).name
        digest, surveyor, stream = hashlib.sha256(), Surveyor(), Stream(copy, self._flusher)
        with path.open("rb", buffering=0) as source:
            original = Original.at(path, source.fileno())
            settled = original.settled(copy)
            size = _read_through(source.fileno(), [digest.update, stream.take, surveyor.take])
            unchanged = original == Original.at(path, source.fileno())
        delivered = Delivered(name, size, digest.hexdigest())
        self._flushing.append(self._flusher.submit(_file, stream, copy, delivered.kept_in(self._raw)))
        return Taken(delivered, copy, surveyor, None, original if settled and unchanged else None)

    def settle(self) -> None:
        """Wait until every byte taken in is on disk under its hash; raise what went wrong."""
        for flushing in self._flushing:
            flushing.result()

    def __enter__(self) -> Intake:
        """Return the intake itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Let what is being flushed finish: nothing may still write when the lock is let go."""
        self._flusher.shutdown(cancel_futures=True)


def _file(stream: Stream, copy: Path, kept: Path) -> None:
    """Give flushed bytes their place in the raw folder; a second name for them is enough."""
    stream.finish()
    make_folder(kept.parent)
    if not kept.exists():
        os.link(copy, kept)
    flush(kept.parent)


def _symlink() -> InputRejected:
    return InputRejected(
        "symbolic_link",
        say("目录中的符号链接不会被读取。", "A symbolic link in a drop is not followed."),
        next_=say("请放入文件本身。", "Put the file itself there."),
    )


def _read_through(source: int, takers: Sequence[Callable[[bytes], object]]) -> int:
    """Read a file once and hand each chunk to every taker, each at its own pace, a few chunks apart; return the bytes."""
    size = 0
    with ExitStack() as stack:
        lines = [stack.enter_context(ThreadPoolExecutor(1)) for _ in takers]
        waiting: deque[list[Future[object]]] = deque()
        while chunk := os.read(source, CHUNK):
            waiting.append([line.submit(take, chunk) for line, take in zip(lines, takers, strict=True)])
            size += len(chunk)
            if len(waiting) > _APART:
                _all_done(waiting.popleft())
        for done in waiting:
            _all_done(done)
    return size


def _all_done(waiting: Sequence[Future[object]]) -> None:
    for done in waiting:
        done.result()
