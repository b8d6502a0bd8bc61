"""Arrays kept in a folder, one `.npy` file each, that worker processes open without reading them."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from zhike.base.errors import DamagedStore
from zhike.base.text import say

Array = npt.NDArray[Any]


def save_arrays(folder: Path, arrays: Mapping[str, Array]) -> None:
    """Write arrays as `NAME.npy` into `folder`: all of them or none, under a temporary name first.

    What was there before is replaced; processes that opened it keep what they opened.
    """
    aside = folder.with_name(f".{folder.name}.new")
    gone = folder.with_name(f".{folder.name}.old")
    for left in (aside, gone):
        shutil.rmtree(left, ignore_errors=True)
    aside.mkdir(parents=True)
    for name, array in arrays.items():
        np.save(aside / f"{name}.npy", array, allow_pickle=False)
    if folder.exists():
        folder.rename(gone)
    aside.rename(folder)
    shutil.rmtree(gone, ignore_errors=True)


def load_arrays(folder: Path, names: Sequence[str]) -> dict[str, Array]:
    """Open the named arrays of a folder, memory-mapped and read-only; raise DamagedStore where one can't be."""
    return {name: _open(folder / f"{name}.npy") for name in names}


def _open(path: Path) -> Array:
    try:
        return frozen(np.asarray(np.load(path, mmap_mode="r", allow_pickle=False)))
    except (OSError, ValueError) as error:
        raise DamagedStore(
            say("行情簿缺少文件或文件已损坏", "A file of the price book is missing or damaged"),
            where=str(path),
            next_=say("重新生成行情簿", "Build the price book again"),
        ) from error


def frozen(array: Array) -> Array:
    """Forbid writing to an array; return it."""
    array.setflags(write=False)
    return array
