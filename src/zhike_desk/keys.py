"""Keys of one desk: made at first use, kept beside the database and never in it, readable by their owner alone."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

_BYTES = 32


def secret(desk: Path, name: str) -> bytes:
    """Return the key `name` of the desk in the folder `desk` (32 bytes), making it where there is none.

    Two processes that begin together get the same key: the first one's file stays. Raises OSError where the folder can't be written.
    """
    path = desk / "keys" / f"{name}.key"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        fresh = path.with_name(f".{name}.{os.getpid()}.{secrets.token_hex(4)}")
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(secrets.token_bytes(_BYTES))
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(fresh, path)
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return path.read_bytes()
