"""Gzip and zip: expand what is inside, after making sure that it can't hurt.

Everything is read to its end and its checksum verified before any of it is used. A gzip may hold several
parts one after the other (RFC 1952), and nothing else. A zip holds plain files, stored or deflated, with
relative names; a workbook may be among them, another archive may not. Names without the UTF-8 mark are UTF-8
where they are valid, else GB18030.

Checks raised here: `truncated`, `trailing_garbage`, `damaged_archive` (checksums, lengths, overlapping
members), `zip_bomb` (more than `Caps` allows), `too_many_members`, `unsafe_name` (absolute, `..`, drive, too
long), `symlink_member`, `duplicate_member`, `nested_archive`, `encrypted`, `unsupported_compression`.
"""

from __future__ import annotations

import stat
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from zhike.base.errors import InputRejected
from zhike.base.text import say
from zhike.datacentre.readers.formats import ARCHIVES, archive_of, is_workbook

CHUNK = 1 << 20
_LOCAL_HEADER = struct.Struct("<4s5H3I2H")
_DEFLATED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_GZIP = b"\x1f\x8b"
_NAME_BYTES = 255  # what file systems allow


@dataclass(frozen=True, slots=True)
class Caps:
    """How much an archive may expand to.

    `expanded_bytes`: all members together; `ratio`: times its own size, looked at only where it expands to
    more than `ratio_from` bytes, since short files of repeating rows shrink a lot; `members`: how many files.
    """

    expanded_bytes: int = 16 * 2**30
    ratio: int = 200
    ratio_from: int = 64 * 2**20
    members: int = 1000

    def refuse_above(self, expanded: int, packed: int) -> None:
        """Raise `InputRejected` when `packed` bytes that expand to `expanded` are too much."""
        if expanded > self.expanded_bytes or (expanded > self.ratio_from and expanded > self.ratio * packed):
            raise _rejected(
                "zip_bomb",
                f"解压后超过上限（{self.expanded_bytes // 2**20} MB，或原文件的 {self.ratio} 倍）",
                f"it expands to more than {self.expanded_bytes // 2**20} MB, or {self.ratio} times its size",
            )


@dataclass(frozen=True, slots=True)
class Member:
    """One expanded file: its name inside the archive (`/` between folders), where it is now, its bytes."""

    name: str
    path: Path
    size: int


def expand(path: Path, target_dir: Path, caps: Caps) -> tuple[Member, ...]:
    """Write what is in the gzip or zip `path` under `target_dir` and list it, in the archive's order.

    A gzip's one member is named like the file without `.gz`. Raises `InputRejected`; what was written by then
    stays.
    """
    with path.open("rb") as stream:
        zipped = stream.read(2) != _GZIP
    members = _expand_zip(path, target_dir, caps) if zipped else (_expand_gzip(path, target_dir, caps),)
    for member in members:
        _refuse_nested(member)
    return members


def gzip_chunks(path: Path, caps: Caps) -> Iterator[bytes]:
    """Yield the expanded bytes of a gzip file; the checksum of each part is verified at its end."""
    packed, expanded = path.stat().st_size, 0
    part = zlib.decompressobj(wbits=31)
    with path.open("rb") as stream:
        data = stream.read(CHUNK)
        while data:
            chunk = _inflate(part, data)
            expanded += len(chunk)
            caps.refuse_above(expanded, packed)
            if chunk:
                yield chunk
            data = part.unused_data if part.eof else part.unconsumed_tail
            if len(data) < 2:  # two bytes tell whether another part begins
                data += stream.read(CHUNK)
            if part.eof and data:
                if not data.startswith(_GZIP):
                    raise _rejected(
                        "trailing_garbage", "gzip 数据之后还有多余内容", "something follows the gzip data"
                    )
                part = zlib.decompressobj(wbits=31)
    if not part.eof:
        raise _rejected("truncated", "gzip 文件不完整", "the gzip file is cut off")


def _inflate(part: zlib._Decompress, data: bytes) -> bytes:
    try:
        return part.decompress(data, CHUNK)
    except zlib.error as error:
        raise _rejected("damaged_archive", "gzip 校验失败", f"the gzip data is damaged ({error})") from error


@contextmanager
def open_zip(path: Path, caps: Caps) -> Iterator[tuple[zipfile.ZipFile, dict[str, zipfile.ZipInfo]]]:
    """Open a zip and give its files by name, after every check that needs no expanding."""
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, ValueError, RuntimeError, struct.error, EOFError) as error:
        raise _rejected(
            "truncated", "ZIP 文件不完整或已损坏", f"the zip is cut off or damaged ({error})"
        ) from error
    with archive:
        infos = archive.infolist()
        if len(infos) > caps.members:
            raise _rejected("too_many_members", f"含有 {len(infos)} 个文件", f"it holds {len(infos)} files")
        caps.refuse_above(sum(i.file_size for i in infos), path.stat().st_size)
        _refuse_overlap(infos)
        files: dict[str, zipfile.ZipInfo] = {}
        for info in infos:
            name = safe_name(_name_of(info))
            _refuse_member(info, name)
            if not info.is_dir():
                files[name] = info
        _refuse_duplicates(infos)
        yield archive, files


def zip_chunks(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Iterator[bytes]:
    """Yield the bytes of one member, never more than the zip says; its checksum is verified at the end."""
    size = 0
    try:
        with archive.open(info) as stream:
            while chunk := stream.read(CHUNK):
                size += len(chunk)
                yield chunk
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        struct.error,
        RuntimeError,
        UnicodeDecodeError,
    ) as error:
        raise _rejected(
            "damaged_archive", f"{info.filename} 校验失败", f"{info.filename} is damaged ({error})"
        ) from error
    if size != info.file_size:
        raise _rejected(
            "damaged_archive", f"{info.filename} 长度不符", f"{info.filename} is shorter than it says"
        )


def safe_name(name: str) -> str:
    """Return a member's name with `/` between folders; refuse one that would lead out of its folder."""
    slashed = name.replace("\\", "/")
    parts = PurePosixPath(slashed).parts
    drive = len(slashed) > 1 and slashed[1] == ":"
    odd = any(p == ".." or len(p.encode()) > _NAME_BYTES for p in parts) or any(ord(c) < 32 for c in name)
    if slashed.startswith("/") or drive or odd or not parts:
        raise _rejected(
            "unsafe_name", f"含有不安全的文件名 {name!r:.120}", f"it holds the unsafe name {name!r:.120}"
        )
    return "/".join(parts)


def _name_of(info: zipfile.ZipInfo) -> str:
    if info.flag_bits & 0x800:
        return info.orig_filename
    raw = info.orig_filename.encode("cp437")
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return info.orig_filename


def _refuse_member(info: zipfile.ZipInfo, name: str) -> None:
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise _rejected(
            "symlink_member", f"{name} 是符号链接或特殊文件", f"{name} is a link or a special file"
        )
    if info.flag_bits & 0x41:
        raise _rejected("encrypted", f"{name} 已加密", f"{name} is encrypted")
    if info.compress_type not in _DEFLATED:
        raise _rejected(
            "unsupported_compression",
            f"{name} 的压缩方式不受支持",
            f"{name} is packed in a way we don't read",
        )


def _refuse_duplicates(infos: list[zipfile.ZipInfo]) -> None:
    """Refuse names that one file system or another takes for the same, or a file that is a folder too."""
    seen: set[str] = set()
    folders: set[str] = set()
    for info in infos:
        name = unicodedata.normalize("NFC", safe_name(_name_of(info))).casefold()
        if not info.is_dir():
            if name in seen:
                raise _rejected("duplicate_member", f"{name} 出现多次", f"{name} stands in it twice")
            seen.add(name)
        folders.update(str(p) for p in PurePosixPath(name).parents)
    both = seen & folders
    if both:
        raise _rejected(
            "duplicate_member", f"{min(both)} 既是文件又是目录", f"{min(both)} is a file and a folder"
        )


def _refuse_overlap(infos: list[zipfile.ZipInfo]) -> None:
    """Refuse members that share their bytes (how a few kB can expand to petabytes)."""
    end = 0
    for info in sorted(infos, key=lambda i: i.header_offset):
        if info.header_offset < end:
            raise _rejected("damaged_archive", "压缩包内的文件相互重叠", "its members overlap")
        end = info.header_offset + _LOCAL_HEADER.size + info.compress_size


def _expand_zip(path: Path, target_dir: Path, caps: Caps) -> tuple[Member, ...]:
    members = []
    with open_zip(path, caps) as (archive, files):
        for name, info in files.items():
            target = target_dir / name
            target.parent.mkdir(parents=True, exist_ok=True)
            members.append(Member(name, target, _write(target, zip_chunks(archive, info))))
    return tuple(members)


def _expand_gzip(path: Path, target_dir: Path, caps: Caps) -> Member:
    name = (
        path.name[:-3]
        if path.name.lower().endswith(".gz") and len(path.name) > 3
        else path.name + ".expanded"
    )
    target = target_dir / name
    return Member(name, target, _write(target, gzip_chunks(path, caps)))


def _write(target: Path, chunks: Iterator[bytes]) -> int:
    with target.open("xb") as out:  # never over what is there
        return sum(out.write(chunk) for chunk in chunks)


def _refuse_nested(member: Member) -> None:
    with member.path.open("rb") as stream:
        kind = archive_of(stream.read(512))
    if kind in ARCHIVES and not (kind == "zip" and is_workbook(member.path)):
        raise _rejected(
            "nested_archive", f"其中的 {member.name} 又是压缩包", f"{member.name} inside is an archive again"
        )


def _rejected(check: str, zh: str, en: str) -> InputRejected:
    next_ = say("请拆成较小的文件后重新提供。", "Deliver it again in smaller files.")
    if check == "encrypted":
        next_ = say("请去掉密码后重新提供。", "Deliver it again without a password.")
    elif check in ("truncated", "damaged_archive", "trailing_garbage"):
        next_ = say("请重新传输或重新压缩该文件。", "Transfer it again or pack it again.")
    elif check in (
        "nested_archive",
        "symlink_member",
        "unsafe_name",
        "duplicate_member",
        "unsupported_compression",
    ):
        next_ = say("请解压后直接提供其中的文件。", "Unpack it and deliver the files themselves.")
    return InputRejected(check, say(f"压缩包被拒收：{zh}。", f"The archive is rejected: {en}."), next_=next_)
