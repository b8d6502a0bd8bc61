"""How loops are compiled: once for a machine, kept on disk."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

import numpy as np
import numpy.typing as npt

from zhike.base.stamps import stamp_of

F = TypeVar("F", bound=Callable[..., Any])
Bytes = npt.NDArray[np.uint8]
Ints = npt.NDArray[np.int64]
Hashes = npt.NDArray[np.uint64]


def _cache_folder() -> None:
    """Keep compiled loops in a folder of the user's own where the package itself can't be written."""
    if "NUMBA_CACHE_DIR" not in os.environ and not os.access(Path(__file__).parent, os.W_OK):
        os.environ["NUMBA_CACHE_DIR"] = str(Path(tempfile.gettempdir()) / f"zhike-numba-{os.getuid()}")


_cache_folder()
import numba  # noqa: E402  (must see the cache folder)


def compiled(function: F) -> F:
    """Compile `function` to machine code, kept on disk; it releases Python's lock while it runs."""
    return cast(F, _stamped(numba.njit(cache=True, nogil=True)(function)))


def compiled_lean(function: F) -> F:
    """Compile like `compiled`, for loops that make no arrays and return none but their arguments: as one, without counting.

    Numba counts references to every array handed from loop to loop, and hands each on as seven numbers: that took nine tenths of the
    ledger's time. Whoever calls the outermost loop holds the arrays meanwhile. A loop that does make one isn't
    compiled (NumbaRuntimeError, TypingError).
    """
    lean: dict[str, Any] = {"_nrt": False, "forceinline": True}
    return cast(F, _stamped(numba.njit(cache=True, nogil=True, **lean)(function)))


def compiled_part(function: F) -> F:
    """Compile `function` for other compiled loops only: without a door from Python, in a fraction of the time."""
    doorless: dict[str, Any] = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True, "error_model": "numpy"}
    return cast(F, _stamped(numba.njit(cache=True, nogil=True, **doorless)(function)))


def _stamped(loop: Any) -> Any:
    """Let what is kept on disk hold only while no file that the loop rests on has changed; Numba looks at its own file alone."""
    loop._cache._cache_file._source_stamp = stamp_of(Path(loop.py_func.__code__.co_filename))
    return loop
