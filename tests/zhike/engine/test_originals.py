"""What was copied may be read again from where it came, as long as nothing has happened to it."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from zhike.engine.durable import Original, Stream


def _copied(path: Path) -> Original:
    with path.open("rb") as stream:
        return Original.at(path, stream.fileno())


def test_an_untouched_original_gives_its_bytes(tmp_path: Path) -> None:
    path = tmp_path / "trade.csv"
    path.write_bytes(b"0123456789")
    assert _copied(path).stretch(3, 7) == b"3456"


def test_a_file_changed_a_moment_before_it_was_copied_is_not_trusted(tmp_path: Path) -> None:
    path, copied = tmp_path / "trade.csv", tmp_path / "copied"
    path.write_bytes(b"0123456789")
    copied.touch()
    with path.open("rb") as stream:
        assert not Original.at(path, stream.fileno()).settled(copied)


def test_an_original_written_over_gives_nothing_even_with_its_old_size_and_time(tmp_path: Path) -> None:
    path = tmp_path / "trade.csv"
    path.write_bytes(b"0123456789")
    original, before = _copied(path), path.stat()
    path.write_bytes(b"012x456789")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert original.stretch(3, 7) is None


def test_an_original_that_is_gone_or_replaced_gives_nothing(tmp_path: Path) -> None:
    path, other = tmp_path / "trade.csv", tmp_path / "other.csv"
    path.write_bytes(b"0123456789")
    other.write_bytes(b"0123456789")
    original = _copied(path)
    os.replace(other, path)
    assert original.stretch(3, 7) is None
    path.unlink()
    assert original.stretch(3, 7) is None


def test_a_stream_holds_every_byte_whatever_the_chunks(tmp_path: Path) -> None:
    chunks = [bytes([i % 251]) * (3 << 20) for i in range(25)]  # 75 MB: forced to disk twice on the way
    with ThreadPoolExecutor(1) as flusher:
        stream = Stream(tmp_path / "copy", flusher)
        for chunk in chunks:
            stream.take(chunk)
        flusher.submit(stream.finish).result()
    assert (tmp_path / "copy").read_bytes() == b"".join(chunks)


def test_a_stream_tells_at_the_end_that_a_chunk_did_not_reach_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(handle: int) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "fdatasync", failing)
    with ThreadPoolExecutor(1) as flusher:
        stream = Stream(tmp_path / "copy", flusher)
        stream.take(bytes(40 << 20))
        with pytest.raises(OSError, match="Input/output"):
            flusher.submit(stream.finish).result()
