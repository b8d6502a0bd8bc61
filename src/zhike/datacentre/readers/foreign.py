"""The one entry for files that aren't plain text: what the data centre calls, in its own process.

The work itself is done in a limited child process (`sandbox`), by the reader of the file's format.
Checks raised here: those of `sandbox` and of the readers (`workbook`, `dbf`, `day`, `parquet`, `archive`).
"""

from __future__ import annotations

import importlib
import shutil
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from zhike.datacentre.readers import sandbox
from zhike.datacentre.readers.archive import Caps, Member, expand
from zhike.datacentre.readers.extracted import Extracted
from zhike.datacentre.readers.formats import Format
from zhike.datacentre.readers.sandbox import Limits

# By name: the child imports only the one that it needs.
_READERS: Mapping[Format, str] = {
    Format.XLSX: "workbook", Format.DBF: "dbf", Format.DAY: "day", Format.PARQUET: "parquet"
}  # fmt: skip


def extract_file(
    path: Path, format: Format, target_dir: Path, limits: Limits, *, name: str | None = None
) -> tuple[Extracted, ...]:
    """Read `path`, known to be of `format`, in a child process, into a new folder inside `target_dir`.

    Returns one table, or one for each sheet with content. `name` is what the file was called when it was
    delivered (it names the tables, and tells a .day's security), by default the path's own. Raises
    `InputRejected`, or `StoreError` where the child was ended from outside; nothing is left behind then.
    """
    if format not in _READERS:
        raise ValueError(f"{format} isn't read here")
    arguments = {"path": str(path), "format": format.name, "name": name or path.name}
    folder, told = _in_new_folder(target_dir, _extract, arguments, limits, name or path.name)
    return tuple(Extracted.from_plain(plain, folder) for plain in told)


def expand_file(path: Path, target_dir: Path, limits: Limits, caps: Caps | None = None) -> tuple[Member, ...]:
    """Expand the gzip or zip `path` in a child process, into a new folder inside `target_dir`.

    Raises `InputRejected`, or `StoreError` where the child was ended from outside; nothing is left behind then.
    """
    arguments = {"path": str(path), "caps": asdict(caps or Caps())}
    folder, told = _in_new_folder(target_dir, _expand, arguments, limits, path.name)
    return tuple(Member(name, folder / name, size) for name, size in told)


def _in_new_folder(
    target_dir: Path, task: Callable[..., object], arguments: Mapping[str, object], limits: Limits, where: str
) -> tuple[Path, Any]:
    target_dir.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="read-", dir=target_dir))
    try:
        return folder, sandbox.run(task, {**arguments, "target_dir": str(folder)}, limits, where=where)
    except BaseException:
        shutil.rmtree(folder)
        raise


# ---------------------------------------------------------------------------------------- in the child


def _extract(path: str, format: str, name: str, target_dir: str) -> list[dict[str, Any]]:
    reader = importlib.import_module(f"zhike.datacentre.readers.{_READERS[Format[format]]}")
    tables: tuple[Extracted, ...] = reader.extract(Path(path), Path(target_dir), name)
    return [table.plain() for table in tables]


def _expand(path: str, caps: dict[str, int], target_dir: str) -> list[tuple[str, int]]:
    return [(m.name, m.size) for m in expand(Path(path), Path(target_dir), Caps(**caps))]
