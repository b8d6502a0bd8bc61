"""Uploads are kept as they came, under names that lead nowhere, whole or not at all."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.test import override_settings

from zhike_desk.records import staging
from zhike_desk.records.refusals import Refused

MORE = (b"a" * 7, b"bc\n")


@dataclass
class Sent:
    """A file as a web server hands it over, in chunks; `breaks` where the sender goes away."""

    name: str | None = "a.csv"
    pieces: tuple[bytes, ...] = MORE
    breaks: bool = False

    def chunks(self) -> Iterator[bytes]:
        yield from self.pieces
        if self.breaks:
            raise OSError("gone")


@pytest.fixture
def uploads(tmp_path: Path) -> Iterator[Path]:
    with override_settings(DESK=tmp_path):
        yield tmp_path / "uploads"


def kept(*names: str | None) -> list[str]:
    folder, _ = staging.keep([Sent(name) for name in names])
    found = staging.batch(folder)
    assert found is not None
    return [name for name, _ in found.files]


def test_files_are_kept_byte_by_byte_in_a_folder_of_its_owner_s(uploads: Path) -> None:
    folder, size = staging.keep([Sent(), Sent("b.csv", ()), Sent("c.csv", (b"x",))])
    assert re.fullmatch("[0-9a-f]{16}", folder)
    assert size == 11
    assert (uploads / folder / "a.csv").read_bytes() == b"aaaaaaabc\n"
    assert (uploads / folder).stat().st_mode & 0o777 == 0o700
    assert staging.batch(folder) == staging.Batch(folder, (("a.csv", 10), ("b.csv", 0), ("c.csv", 1)), "")
    assert [p.name for p in uploads.iterdir()] == [folder]


def test_a_second_batch_is_another(uploads: Path) -> None:
    assert staging.keep([Sent()])[0] != staging.keep([Sent()])[0]
    assert len(list(uploads.iterdir())) == 2


def test_nothing_is_left_where_there_are_no_files_or_the_sender_goes_away(uploads: Path) -> None:
    with pytest.raises(Refused, match="Choose files"):
        staging.keep([])
    with pytest.raises(OSError, match="gone"):
        staging.keep([Sent(), Sent("b.csv", breaks=True)])
    assert list(uploads.iterdir()) == []


def test_as_many_files_and_bytes_as_are_told_and_no_more(
    uploads: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(staging, "MOST_FILES", 2)
    monkeypatch.setattr(staging, "MOST_BYTES", 20)
    folder, size = staging.keep([Sent(), Sent()])
    assert size == 20
    with pytest.raises(Refused, match="2 files at once"):
        staging.keep([Sent(pieces=(b"",)) for _ in range(3)])
    with pytest.raises(Refused, match="More than 4 GB"):
        staging.keep([Sent(), Sent(pieces=(*MORE, b"x"))])
    assert [p.name for p in uploads.iterdir()] == [folder]


@pytest.mark.parametrize(
    ("sent", "as_"),
    [
        ("交割单（1）_a-b.xls", "交割单（1）_a-b.xls"),
        ("a b;?c.csv", "a_b_c.csv"),
        ("../../etc/passwd", "passwd"),
        ("C:\\daily\\a.csv", "a.csv"),
        ("..hidden.csv", "hidden.csv"),
        ("...", "file"),
        ("", "file"),
        (None, "file"),
        ("x" * 130 + ".csv", "x" * 116 + ".csv"),
    ],
)
def test_a_name_keeps_what_is_fit_for_one(uploads: Path, sent: str | None, as_: str) -> None:
    assert kept(sent) == [as_]


def test_of_one_name_the_later_ones_are_numbered(uploads: Path) -> None:
    assert kept("a.tar.gz", "a.tar.gz", "a.tar.gz") == ["a-2.tar.gz", "a-3.tar.gz", "a.tar.gz"]
    assert kept("a", "a") == ["a", "a-2"]


def test_a_mapping_lies_beside_the_files_and_is_none_of_them(uploads: Path) -> None:
    folder, _ = staging.keep([Sent("b.csv"), Sent("a.csv")])
    staging.put_mapping(folder, '[trade.columns]\n"价" = "price"\n')
    staging.put_mapping(folder, "价 = 1\n")
    assert staging.batch(folder) == staging.Batch(folder, (("a.csv", 10), ("b.csv", 10)), "价 = 1\n")
    assert (uploads / folder / "mapping.toml").read_bytes() == "价 = 1\n".encode()


def test_what_is_no_batch_is_none_and_is_never_thrown_away(uploads: Path) -> None:
    folder, _ = staging.keep([Sent()])
    (uploads / ("0" * 16)).symlink_to(uploads / folder)
    (uploads / ("1" * 16)).write_text("a file")
    (uploads / "named").mkdir()
    (uploads / f"{folder}0").mkdir()
    for name in ("0" * 16, "1" * 16, "2" * 16, "named", f"{folder}0", "..", "", f"{folder}/"):
        assert staging.batch(name) is None
        staging.throw_away(name)
    assert len(list(uploads.iterdir())) == 5
    staging.throw_away(folder)
    assert not (uploads / folder).exists()
    assert staging.batch(folder) is None
