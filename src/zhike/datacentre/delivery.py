"""What lies in a drop, and what of it may be kept already. Imports nothing heavy, so that hashing begins while the rest loads."""

from __future__ import annotations

import hashlib
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

_CHUNK = 32 << 20  # few pieces: between two of them the hashing waits until loading lets Python's lock go


def files_of(drop: Path) -> tuple[Path, ...]:
    """List a drop's files in the order of their names; hidden ones are no part of it. A single file is a drop too."""
    if drop.is_file():
        return (drop,)
    found = [
        p for p in drop.rglob("*") if not any(part.startswith(".") for part in p.relative_to(drop).parts)
    ]
    return tuple(
        sorted(
            (p for p in found if p.is_symlink() or p.is_file()), key=lambda p: p.relative_to(drop).as_posix()
        )
    )


def name_in(drop: Path, path: Path) -> str:
    """Return a file's name inside its drop, with forward slashes."""
    return path.name if drop == path else path.relative_to(drop).as_posix()


class Known:
    """Tells the SHA-256 of files that may be kept in `raw` already (there are some of their size), hashed ahead."""

    def __init__(self, raw: Path, drop: Path) -> None:
        self._sizes = {p.stat().st_size for p in raw.glob("??/*")} if raw.is_dir() else set()
        self._ended = threading.Event()
        self._pool = ThreadPoolExecutor(1)
        begun = files_of(drop) if self._sizes and drop.exists() else ()
        self._hashes: dict[Path, Future[tuple[int, str]]] = {
            path: self._pool.submit(self._hash, path) for path in begun if self.may_hold(path)
        }

    def may_hold(self, path: Path) -> bool:
        """Tell whether bytes of this size are kept already, so that these may be the same."""
        return not path.is_symlink() and path.stat().st_size in self._sizes

    def hash_of(self, path: Path) -> tuple[int, str]:
        """Return how many bytes a file has and their SHA-256; wait for it where it isn't done yet."""
        begun = self._hashes.get(path)
        return begun.result() if begun else self._hash(path)

    def _hash(self, path: Path) -> tuple[int, str]:
        digest, size = hashlib.sha256(), 0
        with path.open("rb", buffering=0) as stream:
            piece = memoryview(bytearray(min(_CHUNK, path.stat().st_size + 1)))
            while (n := stream.readinto(piece)) and not self._ended.is_set():
                digest.update(piece[:n])
                size += n
        return size, digest.hexdigest()

    def close(self) -> None:
        """Leave off hashing what nobody waits for."""
        self._ended.set()
        self._pool.shutdown(cancel_futures=True)
