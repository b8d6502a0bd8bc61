"""Invariants of published generations: the pointer, manifests, files, keys, contents; and folders that nothing names."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa

from zhike.base.errors import BrokenPromise, DamagedStore
from zhike.base.text import say
from zhike.datacentre import kernels
from zhike.datacentre.audit.ground import Break, Ground
from zhike.datacentre.generation import Generation
from zhike.datacentre.generation import manifest as manifests
from zhike.datacentre.generation.content import Content, content_of
from zhike.datacentre.generation.whole import repeated_keys
from zhike.datacentre.store.identity import key_hashes
from zhike.engine.parquet import read_groups, row_count


def published(ground: Ground) -> Iterator[Break]:
    """Find a pointer, or manifests it names, that aren't what was published; those that are sound are looked at further."""
    ground.named = manifests.entries(ground.home)
    for entry in ground.named:
        where = f"{manifests.ROOM}/{entry.folder}/{manifests.MANIFEST}"
        try:
            found = Generation(ground.home, entry, manifests.load(ground.home, entry))
        except DamagedStore as error:
            yield Break(where, error.what)
            continue
        ground.generations.append(found)
        if entry.name != f"{found.manifest.as_of}-{found.id}":
            yield Break(where, say("与目录名不符", "it isn't that of its folder"))


def files(ground: Ground) -> Iterator[Break]:
    """Find files of generations that are missing, not the bytes that were published, or of another number of rows."""
    for generation in ground.generations:
        damaged = {f.path for _, f in generation.damaged()}
        for name, contents in generation.manifest.tables.items():
            for file in contents.files:
                where = f"{_place(generation)}/{file.path}"
                if file.path in damaged:
                    ground.spoilt.add((generation.id, name))
                    yield Break(where, say("缺失或内容已变（SHA-256 不符）", "missing or changed (SHA-256)"))
                elif row_count(generation.path / file.path) != file.rows:
                    yield Break(where, say("行数与清单不符", "it hasn't the rows that the manifest says"))
            if contents.rows != sum(f.rows for f in contents.files):
                yield Break(
                    f"{_place(generation)}/{name}", say("各文件行数之和不符", "its files' rows don't add up")
                )


def keys(ground: Ground) -> Iterator[Break]:
    """Find keys that more than one row of a published table has."""
    for generation, name in _sound(ground):
        table, paths = generation.definition(name), generation.files(name)
        hashes = [
            kernels.ascending(key_hashes(group, table.key))
            for p in paths
            for group in read_groups(p, table.key)
        ]
        try:
            repeated_keys(table, paths, hashes)
        except BrokenPromise as error:
            yield Break(f"{_place(generation)}/{name}", error.what)


def contents(ground: Ground) -> Iterator[Break]:
    """Hash every published row anew, and find tables whose content isn't that of the manifest."""
    for generation, name in _sound(ground):
        schema, found = generation.schema(name), Content()
        plain = pa.schema([f.with_nullable(True) for f in schema])
        for path in generation.files(name):
            for group in read_groups(path, schema.names):
                found += content_of(group.select(schema.names).cast(plain))
        if found.digest(name, schema) != generation.manifest.tables[name].content:
            yield Break(f"{_place(generation)}/{name}", say("内容哈希不符", "its content has another hash"))


def orphans(ground: Ground) -> Iterator[Break]:
    """Find files among the generations that none names (a killed run leaves such; the next one sweeps)."""
    if ground.named is None:
        return
    named = {f"{_place(g)}/{manifests.MANIFEST}" for g in ground.generations}
    for generation in ground.generations:
        tables = generation.manifest.tables.values()
        named |= {f"{_place(generation)}/{f.path}" for t in tables for f in t.files}
    unread = {e.folder for e in ground.named} - {g.path.name for g in ground.generations}
    for path in sorted((ground.home / manifests.ROOM).rglob("*")):
        name = path.relative_to(ground.home)
        if path.is_file() and name.as_posix() not in named and name.parts[1] not in unread:
            yield Break(name.as_posix(), say("没有任何记录提到它", "nothing names it"))


def _sound(ground: Ground) -> Iterator[tuple[Generation, str]]:
    for generation in ground.generations:
        for name in generation.tables:
            if (generation.id, name) not in ground.spoilt:
                yield generation, name


def _place(generation: Generation) -> str:
    return f"{manifests.ROOM}/{generation.path.name}"
