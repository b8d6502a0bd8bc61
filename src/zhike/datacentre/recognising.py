"""From a delivered file to what it is: expanded where it is packed, extracted where it is foreign, then recognised."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import pyarrow as pa

from zhike.base.errors import InputRejected
from zhike.base.text import say
from zhike.datacentre.mapping import Overrides, recognise
from zhike.datacentre.planning import Recognised
from zhike.datacentre.readers.archive import Member
from zhike.datacentre.readers.delimited import blocks_of
from zhike.datacentre.readers.extracted import Extracted, Note
from zhike.datacentre.readers.foreign import expand_file, extract_file
from zhike.datacentre.readers.formats import Format, sniff_format
from zhike.datacentre.readers.intake import Taken
from zhike.datacentre.readers.layout import lay_out
from zhike.datacentre.readers.sandbox import Limits
from zhike.datacentre.readers.surveying import survey
from zhike.engine.durable import make_folder

_SAMPLE = 50


@dataclass(frozen=True, slots=True)
class Opened:
    """One table found in a delivered file: what it is, its lines, and the lines known to be no data before any row is read."""

    found: Recognised
    lines: int
    other: int
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class Refused:
    """A delivered file (or a member or sheet of one) that can't be taken; its lines, as far as they could be counted."""

    source: str
    rejected: InputRejected
    lines: int = 0


def open_file(taken: Taken, own: Overrides, work: Path) -> Iterator[Opened | Refused]:
    """Open one delivered file; yield each table in it, or why it is refused. `work` is a folder for what is unpacked."""
    source = taken.delivered.name
    if taken.rejected is not None or taken.path is None:
        yield Refused(source, taken.rejected or _lost(source))
        return
    try:
        named = _named(taken.path, PurePosixPath(source).name, make_folder(work))
        form = sniff_format(named)
        if form in (Format.ZIP, Format.GZIP):
            for i, member in enumerate(expand_file(named, make_folder(work / "expanded"), Limits())):
                yield from _open_member(member, source, form, own, work / f"m{i}")
        else:
            yield from _open_plain(named, _Name(source, source), form, own, work, taken)
    except InputRejected as rejected:
        yield Refused(source, rejected, _count_lines(taken.path))


def _named(path: Path, name: str, work: Path) -> Path:
    """Return the file under the name it was delivered with, which tells formats apart."""
    if path.name == name:
        return path
    named = work / name
    os.link(path, named) if os.stat(path).st_dev == os.stat(work).st_dev else named.symlink_to(path)
    return named


def _lost(source: str) -> InputRejected:
    return InputRejected("not_kept", say(f"{source} 没有留存。", f"{source} was not kept."))


def _open_member(
    member: Member, source: str, form: Format, own: Overrides, work: Path
) -> Iterator[Opened | Refused]:
    name = f"{source}/{member.name}" if form is Format.ZIP else source.removesuffix(".gz")
    try:
        yield from _open_plain(member.path, _Name(name, source), sniff_format(member.path), own, work)
    except InputRejected as rejected:
        yield Refused(name, rejected, _count_lines(member.path))


@dataclass(frozen=True, slots=True)
class _Name:
    """What a table is called in reports, and the delivered file that it lies in."""

    source: str
    delivered: str


def _open_plain(
    path: Path, name: _Name, form: Format, own: Overrides, work: Path, taken: Taken | None = None
) -> Iterator[Opened | Refused]:
    if form is Format.TEXT:
        yield _open_text(path, name, own, taken)
        return
    for table in extract_file(path, form, make_folder(work / "cells"), Limits()):
        sheet = f"#{table.name.rpartition('#')[2]}" if "#" in table.name else ""
        yield _open_cells(table, _Name(name.source + sheet, name.delivered), own)


def _open_text(path: Path, name: _Name, own: Overrides, taken: Taken | None) -> Opened:
    found = taken.surveyor.finish(path) if taken and taken.surveyor else survey(path)
    profile = own.profile
    layout = lay_out(
        path, found,
        encoding=profile.encoding or "", delimiter=profile.delimiter or "", header_line=profile.header_line or 0,
    )  # fmt: skip
    what = recognise(layout.header, layout.sample, name.source, own, name.delivered)
    blocks = blocks_of(layout, found.blocks)
    recognised = Recognised(
        name.source, path, layout.encoding, layout.header, layout.header_line, layout, blocks, what,
        taken.original if taken else None,
    )  # fmt: skip
    return Opened(recognised, found.lines, layout.body.first_line - 1)


def _open_cells(table: Extracted, name: _Name, own: Overrides) -> Opened:
    what = recognise(table.header, _head(table), name.source, own, name.delivered)
    recognised = Recognised(name.source, table.path, "", table.header, table.header_line, None, (), what)
    return Opened(recognised, table.lines, table.lines - table.rows, table.notes)


def _head(table: Extracted) -> list[list[str]]:
    """Return the first rows of extracted cells."""
    with pa.memory_map(str(table.path)) as source, pa.ipc.open_file(source) as stored:
        if not stored.num_record_batches:
            return []
        rows = stored.get_batch(0).slice(0, _SAMPLE)
    columns = [rows.column(f"c{j}").to_pylist() for j in range(len(table.header))]
    return [[cell or "" for cell in row] for row in zip(*columns, strict=True)]


def _count_lines(path: Path) -> int:
    """Count the lines of a refused file, whatever it is, in small memory."""
    lines, last = 0, b"\n"
    with path.open("rb") as stream:
        while chunk := stream.read(1 << 20):
            lines += chunk.count(b"\n")
            last = chunk[-1:]
    return lines + (last != b"\n")
