"""What a drop's mapping.toml and its feed's do to a whole ingest, and what the report says of them."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from small_drops import CLIENTS, drop, take_in
from zhike.base.errors import UsageError


@pytest.mark.parametrize("glob", ["clients.csv.gz", "*.csv.gz", "clients.csv", "*.csv"])
def test_a_file_in_gz_is_left_out_by_its_name_with_gz_as_well_as_without(tmp_path: Path, glob: str) -> None:
    folder = drop(tmp_path / "d", {"mapping.toml": f'[files]\n"{glob}" = "none"\n'})
    (folder / "clients.csv.gz").write_bytes(gzip.compress(CLIENTS.encode()))
    report = take_in(tmp_path / "home", folder, {})
    assert [(f.file, f.table, f.accepted, f.other) for f in report.files] == [("clients.csv", None, 0, 3)]


def test_a_constant_that_is_no_value_of_its_column_stops_the_run_before_anything_is_stored(
    tmp_path: Path,
) -> None:
    with pytest.raises(UsageError) as caught:
        take_in(tmp_path / "home", tmp_path / "d", {"mapping.toml": '[trade.constant]\nside = "bye"\n'})
    assert caught.value.where == "mapping.toml [trade.constant] side"
    assert not list((tmp_path / "home").glob("drops/*"))
