"""Files that are either whole or absent: write aside, flush to disk, rename, flush the folder."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections.abc import Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from zhike.base.errors import StoreError, StoreLocked
from zhike.base.text import say

_CHUNK = 1 << 22
_BEHIND = 32 << 20
_SETTLED = 3 * 10**9  # nanoseconds: the coarsest times that file systems in use give, and some


def flush(path: Path) -> None:
    """Force a file's (or a folder's) content to disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_whole(path: Path, content: bytes) -> None:
    """Write `content` to `path` so that a reader sees the old file or the whole new one, even after a crash."""
    aside = path.with_name(f".{path.name}.new")
    handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o640)
    try:
        write_all(handle, content)
        os.fsync(handle)
    finally:
        os.close(handle)
    os.replace(aside, path)
    flush(path.parent)


def write_all(descriptor: int, content: bytes) -> None:
    """Write every byte: a nearly full disk takes a part of them and says so only in the count it returns."""
    view = memoryview(content)
    while view:
        view = view[os.write(descriptor, view) :]


class Stream:
    """Writes a new big file chunk by chunk; `flusher` (of one thread) forces it to disk close behind the writing.

    The system's cache lets go of what is on disk: else a file of gigabytes pushes everything else out of memory, and
    where memory must first be fetched from a host, that takes longer than the disk does.
    """

    def __init__(self, path: Path, flusher: Executor) -> None:
        self._file = path.open("wb", buffering=0)
        self._flusher = flusher
        self._forced: list[Future[None]] = []
        self._written = self._behind = 0

    def take(self, chunk: bytes) -> None:
        """Write a chunk."""
        write_all(self._file.fileno(), chunk)
        self._written += len(chunk)
        if self._written - self._behind >= _BEHIND:
            self._forced.append(self._flusher.submit(self._force, self._behind, self._written))
            self._behind = self._written

    def _force(self, start: int, end: int) -> None:
        os.fdatasync(self._file.fileno())
        if hasattr(os, "posix_fadvise"):
            os.posix_fadvise(self._file.fileno(), start, end - start, os.POSIX_FADV_DONTNEED)

    def finish(self) -> None:
        """Force the rest to disk and close the file; raise OSError where a byte didn't get there. Call on the flusher."""
        with self._file:
            for forced in self._forced:
                forced.result()
            os.fsync(self._file.fileno())


@dataclass(frozen=True, slots=True)
class Original:
    """A file that was copied, and what its folder entry said then. While that stands, its bytes are those of the copy.

    The copy went to disk past the system's cache, and the original is still in it: reading it again costs no disk.
    Writing through a memory map may not show in the entry; exports aren't written so.
    """

    path: Path
    entry: tuple[int, ...]

    @classmethod
    def at(cls, path: Path, handle: int) -> Original:
        """Return the open file at `path` as it is now."""
        return cls(path, _entry(handle))

    def settled(self, copied: Path) -> bool:
        """Tell whether its times are so far behind those of the file `copied` that a further change would show in them."""
        return max(self.entry[-2:]) + _SETTLED < copied.stat().st_ctime_ns

    def stretch(self, start: int, end: int) -> bytes | None:
        """Return its bytes [start, end), or None where it isn't any more what was copied."""
        try:
            with self.path.open("rb", buffering=0) as stream:
                content = os.pread(stream.fileno(), end - start, start)
                return content if _entry(stream.fileno()) == self.entry else None
        except OSError:
            return None


def _entry(handle: int) -> tuple[int, ...]:
    found = os.fstat(handle)
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns


def as_json(value: Any) -> bytes:
    """Render `value` as JSON bytes that are the same for the same value."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, in hex."""
    digest = hashlib.sha256()
    with path.open("rb", buffering=0) as stream:
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def holds(path: Path, sha256: str) -> bool:
    """Tell whether a file is there and its bytes have this SHA-256."""
    return path.is_file() and sha256_of(path) == sha256


def make_folder(path: Path) -> Path:
    """Create a folder (and its parents) so that it survives a crash; return it."""
    if not path.is_dir():
        make_folder(path.parent)
        path.mkdir(exist_ok=True)
        flush(path.parent)
    return path


@contextmanager
def system_refusals(folder: Path) -> Iterator[None]:
    """Turn what the system refuses (disk full, input/output error, no permission) into StoreError, naming the place."""
    try:
        yield
    except OSError as error:
        why = error.strerror or str(error)
        raise StoreError(
            say(f"操作系统拒绝了文件操作：{why}", f"The system refused a file operation: {why}"),
            where=str(error.filename or folder),
            next_=say(
                "检查磁盘空间与权限，再运行同一命令；数据目录仍是完整的，没有做到一半的东西。",
                "See to disk space and permissions, then run the same command again; the home folder is whole, "
                "nothing in it is half done.",
            ),
        ) from error


@contextmanager
def only_writer(lock: Path) -> Iterator[None]:
    """Hold the home folder's lock; raise StoreLocked at once where another process holds it.

    The lock belongs to the process: it goes with it, however it ends.
    """
    handle = os.open(lock, os.O_RDWR | os.O_CREAT, 0o640)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StoreLocked(
                say(
                    "另一个知客进程正在写入这个数据目录。",
                    "Another zhike process is writing to this home folder.",
                ),
                where=str(lock.parent),
                next_=say("等它结束后再试。", "Try again when it has finished."),
            ) from None
        yield
    finally:
        os.close(handle)
