"""The findings of the drops that hold, as they stand now and as they are shown."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from zhike.base.text import Language
from zhike.datacentre.catalogue import CHECKS
from zhike.datacentre.drops import drop_named
from zhike.datacentre.standing import Standing
from zhike.datacentre.store.house import Store
from zhike.datacentre.store.manifest import DropEntry, Manifest
from zhike.datacentre.work import FINDING

SHOWN = pa.schema(
    [
        ("drop", pa.string()),
        ("table", pa.string()),
        ("source", pa.string()),
        ("line", pa.int64()),
        ("column", pa.string()),
        ("value", pa.string()),
        ("reason", pa.string()),
        ("severity", pa.string()),
        ("check", pa.string()),
        ("count", pa.int64()),
        ("drop_number", pa.int64()),
    ]
)


def findings(
    home: Path, language: Language, wanted: str | None = None, severities: Collection[str] = ()
) -> Iterator[pa.Table]:
    """Yield findings (columns of SHOWN), drop by drop and file by file, of all drops or one, all severities or some.

    Raise UsageError where there is no such drop.
    """
    store = Store(home)
    manifest = store.manifest()
    standing = Standing(store, manifest)
    for entry in chosen_drops(manifest, wanted):
        for rows in standing.findings(entry):
            shown = _shown(rows, entry, language, severities)
            if shown.num_rows:
                yield shown


def chosen_drops(manifest: Manifest, wanted: str | None) -> tuple[DropEntry, ...]:
    """Return the drop that `wanted` names (a number, a name, the beginning of an identity), or all of them."""
    if wanted is None:
        return manifest.drops
    return (drop_named(manifest, wanted),)


def _shown(rows: pa.Table, entry: DropEntry, language: Language, severities: Collection[str]) -> pa.Table:
    if severities:
        rows = rows.filter(pc.is_in(rows["severity"], value_set=pa.array(sorted(severities), pa.string())))
    n = rows.num_rows
    columns = {
        **{name: rows[name] for name in FINDING.names},
        "drop": np.full(n, entry.name, object),
        "drop_number": np.full(n, entry.number, np.int64),
        "reason": pc.coalesce(rows[language], _sentences(rows["check"], language)),
    }
    return pa.table([columns[name] for name in SHOWN.names], schema=SHOWN)


def _sentences(checks: pa.ChunkedArray, language: Language) -> pa.Array:
    """Return each check's own sentence; checks of the readers, which always bring their own, are named."""
    said = {
        name: CHECKS[name].sentence.in_language(language) if name in CHECKS else name
        for name in checks.unique().to_pylist()
    }
    return pa.array([said[name] for name in checks.to_pylist()], pa.string())
