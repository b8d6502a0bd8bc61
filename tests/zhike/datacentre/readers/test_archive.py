"""Gzip and zip: what is inside comes out whole, and nothing that could hurt comes out at all."""

from __future__ import annotations

import gzip
import io
import stat
import struct
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import pytest

from zhike.base.errors import InputRejected
from zhike.datacentre.readers.archive import Caps, Member, expand, gzip_chunks
from zhike.datacentre.readers.foreign import expand_file
from zhike.datacentre.readers.sandbox import Limits

TRADES = "日期,代码\n20250331,600000\n".encode("gb18030") * 500
CAPS = Caps()


def zipped(
    path: Path, *members: tuple[str | zipfile.ZipInfo, bytes], method: int = zipfile.ZIP_DEFLATED
) -> Path:
    with zipfile.ZipFile(path, "w", method) as out:
        for name, content in members:
            out.writestr(name, content, compress_type=method)
    return path


def check_of(path: Path, tmp_path: Path, caps: Caps = CAPS) -> str:
    target = tmp_path / "out"
    target.mkdir()
    with pytest.raises(InputRejected) as e:
        expand(path, target, caps)
    assert e.value.what.zh
    assert set(tmp_path.rglob("*")) - {path, target} == set(target.rglob("*")), (
        "something was written elsewhere"
    )
    return e.value.check


def saved(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


# Gzip.


def test_a_gzip_is_named_like_the_file_without_gz(tmp_path: Path) -> None:
    path = saved(tmp_path / "trade.csv.gz", gzip.compress(TRADES, mtime=0))
    (tmp_path / "out").mkdir()
    (member,) = expand(path, tmp_path / "out", CAPS)
    assert member == Member("trade.csv", tmp_path / "out" / "trade.csv", len(TRADES))
    assert member.path.read_bytes() == TRADES


def test_a_gzip_of_several_parts_is_read_to_its_end(tmp_path: Path) -> None:
    big = bytes(range(256)) * 10_000
    path = saved(
        tmp_path / "a.gz",
        gzip.compress(TRADES, mtime=0) + gzip.compress(b"", mtime=0) + gzip.compress(big, mtime=0),
    )
    assert b"".join(gzip_chunks(path, CAPS)) == TRADES + big


@pytest.mark.parametrize("keep", [3, 12, 40, -9, -1])
def test_a_truncated_gzip_is_rejected(tmp_path: Path, keep: int) -> None:
    path = saved(tmp_path / "a.csv.gz", gzip.compress(TRADES, mtime=0)[:keep])
    assert check_of(path, tmp_path) == "truncated"


@pytest.mark.parametrize("behind", [b"x", b"\0", b"\x1f", b"garbage behind it"])
def test_anything_behind_the_gzip_data_rejects_the_file(tmp_path: Path, behind: bytes) -> None:
    path = saved(tmp_path / "a.csv.gz", gzip.compress(TRADES, mtime=0) + behind)
    assert check_of(path, tmp_path) == "trailing_garbage"


@pytest.mark.parametrize("at", [-8, -4, 60])
def test_a_flipped_byte_in_a_gzip_is_found(tmp_path: Path, at: int) -> None:
    raw = bytearray(gzip.compress(TRADES, mtime=0))
    raw[at] ^= 0xFF
    assert check_of(saved(tmp_path / "a.csv.gz", bytes(raw)), tmp_path) in ("damaged_archive", "truncated")


def test_a_gzip_bomb_is_stopped_while_it_expands(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.csv.gz", gzip.compress(b"0" * 2**24, mtime=0))
    assert check_of(path, tmp_path, Caps(ratio_from=2**21)) == "zip_bomb"
    assert (tmp_path / "out" / "a.csv").stat().st_size <= 2**22


def test_repeating_rows_of_an_honest_file_are_no_bomb(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.csv.gz", gzip.compress(b"20250331,600000,100\n" * 50_000, mtime=0))
    assert sum(map(len, gzip_chunks(path, CAPS))) == 1_000_000


# Zip.


def test_a_zip_keeps_its_folders_and_names_in_gbk_or_utf_8(tmp_path: Path) -> None:
    path = zipped(tmp_path / "drop.zip", ("3月/交割单.csv", TRADES), ("b.csv", b"x"))
    (tmp_path / "out").mkdir()
    first, second = expand(path, tmp_path / "out", CAPS)
    assert (first.name, second.name) == ("3月/交割单.csv", "b.csv")
    assert first.path.read_bytes() == TRADES

    raw = zipped(tmp_path / "gbk.zip", ("########.csv", TRADES)).read_bytes()
    gbk = saved(tmp_path / "gbk.zip", raw.replace(b"########", "成交明细".encode("gb18030")))
    (tmp_path / "gbk").mkdir()
    assert expand(gbk, tmp_path / "gbk", CAPS)[0].name == "成交明细.csv"


@pytest.mark.parametrize(
    "name",
    [
        "../a.csv",
        "a/../../b.csv",
        "/etc/a.csv",
        "..\\a.csv",
        "\\\\host\\a.csv",
        "C:\\a.csv",
        "c:a.csv",
        "x" * 300,
        "a\nb.csv",
    ],
)
def test_a_name_that_leads_elsewhere_rejects_the_zip(tmp_path: Path, name: str) -> None:
    assert check_of(zipped(tmp_path / "a.zip", ("ok.csv", b"x"), (name, b"x")), tmp_path) == "unsafe_name"


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR])
def test_a_link_or_a_special_file_rejects_the_zip(tmp_path: Path, kind: int) -> None:
    info = zipfile.ZipInfo("a.csv")
    info.create_system = 3
    info.external_attr = (kind | 0o644) << 16
    assert check_of(zipped(tmp_path / "a.zip", (info, b"/etc/hostname")), tmp_path) == "symlink_member"


@pytest.mark.parametrize(
    "names",
    [
        ("a.csv", "a.csv"),
        ("A.csv", "a.CSV"),
        ("x/a.csv", "x\\a.csv"),
        ("é.csv", "e\u0301.csv"),
        ("a", "a/b.csv"),
    ],
)
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_names_that_would_meet_on_some_disk_reject_the_zip(tmp_path: Path, names: tuple[str, str]) -> None:
    path = zipped(tmp_path / "a.zip", (names[0], b"1"), (names[1], b"2"))
    assert check_of(path, tmp_path) == "duplicate_member"


def _tar() -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("a.csv"))
    return out.getvalue()


def _zip() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.csv", b"x")
    return out.getvalue()


@pytest.mark.parametrize(
    "inner",
    [_zip(), gzip.compress(b"x", mtime=0), _tar(), b"7z\xbc\xaf\x27\x1c" + b"\0" * 40, b"Rar!\x1a\x07\0"],
)
def test_an_archive_in_an_archive_is_rejected_whatever_it_is_called(tmp_path: Path, inner: bytes) -> None:
    assert check_of(zipped(tmp_path / "a.zip", ("a.csv", inner)), tmp_path) == "nested_archive"
    (tmp_path / "gz").mkdir()
    packed = saved(tmp_path / "gz" / "a.csv.gz", gzip.compress(inner, mtime=0))
    assert check_of(packed, tmp_path / "gz") == "nested_archive"


def test_a_workbook_in_a_zip_is_no_archive_in_an_archive(tmp_path: Path) -> None:
    inner = zipped(
        tmp_path / "a.xlsx", ("[Content_Types].xml", b"<x/>"), ("xl/workbook.xml", b"<x/>")
    ).read_bytes()
    path = zipped(tmp_path / "a.zip", ("a.xlsx", inner))
    (tmp_path / "out").mkdir()
    assert [m.name for m in expand(path, tmp_path / "out", CAPS)] == ["a.xlsx"]


def _patched(path: Path, local: int, central: int, value: bytes) -> Path:
    """Overwrite bytes of the only member's local header and of its entry in the directory."""
    raw = bytearray(path.read_bytes())
    for start in (raw.index(b"PK\x03\x04") + local, raw.index(b"PK\x01\x02") + central):
        raw[start : start + len(value)] = value
    return saved(path, bytes(raw))


def test_an_encrypted_member_rejects_the_zip(tmp_path: Path) -> None:
    path = _patched(zipped(tmp_path / "a.zip", ("a.csv", TRADES)), 6, 8, b"\x01\x00")
    assert check_of(path, tmp_path) == "encrypted"


def test_a_wrong_checksum_rejects_the_zip(tmp_path: Path) -> None:
    path = _patched(zipped(tmp_path / "a.zip", ("a.csv", TRADES)), 14, 16, b"\x00\x01\x02\x03")
    assert check_of(path, tmp_path) == "damaged_archive"


def test_a_member_longer_than_the_zip_says_is_not_cut_silently(tmp_path: Path) -> None:
    path = _patched(zipped(tmp_path / "a.zip", ("a.csv", TRADES)), 22, 24, struct.pack("<I", 100))
    assert check_of(path, tmp_path) == "damaged_archive"


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_member_packed_otherwise_rejects_the_zip(tmp_path: Path, method: int) -> None:
    assert (
        check_of(zipped(tmp_path / "a.zip", ("a.csv", TRADES), method=method), tmp_path)
        == "unsupported_compression"
    )


def test_members_that_share_their_bytes_reject_the_zip(tmp_path: Path) -> None:
    raw = zipped(tmp_path / "a.zip", ("a.csv", TRADES)).read_bytes()
    entry = raw[raw.index(b"PK\x01\x02") : raw.index(b"PK\x05\x06")]
    twice = entry + entry.replace(b"a.csv", b"b.csv")
    end = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, 2, 2, len(twice), raw.index(b"PK\x01\x02"), 0)
    path = saved(tmp_path / "a.zip", raw[: raw.index(b"PK\x01\x02")] + twice + end)
    assert check_of(path, tmp_path) == "damaged_archive"


def test_a_zip_bomb_and_too_many_members_reject_the_zip(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", *((f"{i}.csv", b"0" * 2**20) for i in range(4)))
    for at, (caps, check) in enumerate(
        [
            (Caps(ratio_from=2**21), "zip_bomb"),
            (Caps(expanded_bytes=3 * 2**20), "zip_bomb"),
            (Caps(members=3), "too_many_members"),
        ]
    ):
        with pytest.raises(InputRejected) as e:
            expand(path, tmp_path / str(at), caps)
        assert e.value.check == check


@pytest.mark.parametrize("keep", [0.2, 0.6, 0.99])
def test_a_truncated_zip_is_rejected(tmp_path: Path, keep: float) -> None:
    path = zipped(tmp_path / "a.zip", ("a.csv", TRADES), ("b.csv", TRADES))
    raw = path.read_bytes()
    assert check_of(saved(path, raw[: int(len(raw) * keep)]), tmp_path) == "truncated"


# Through the child process.


def test_members_are_expanded_in_a_child_and_nothing_stays_behind_a_rejection(tmp_path: Path) -> None:
    good = zipped(tmp_path / "a.zip", ("3月/a.csv", TRADES))
    (member,) = expand_file(good, tmp_path / "out", Limits())
    assert member.path.read_bytes() == TRADES
    assert (member.name, member.size) == ("3月/a.csv", len(TRADES))

    bad: Any = zipped(tmp_path / "b.zip", ("a.csv", TRADES), ("b.csv", gzip.compress(b"x", mtime=0)))
    with pytest.raises(InputRejected) as e:
        expand_file(bad, tmp_path / "bad", Limits())
    assert e.value.check == "nested_archive"
    assert list((tmp_path / "bad").iterdir()) == []
    with pytest.raises(InputRejected) as e:
        expand_file(good, tmp_path / "small", Limits(output_bytes=1000))
    assert e.value.check == "parser_output"
