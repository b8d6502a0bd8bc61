from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest

from market_rows import random_quotes
from zhike.base.errors import DamagedStore
from zhike.features.market import Standing, prices_of, standing_of
from zhike.features.market.folders import load_arrays, save_arrays

NAMES = tuple(field.name for field in fields(Standing))


def test_saved_arrays_are_opened_as_they_were_and_can_not_be_written(tmp_path: Path) -> None:
    standing = standing_of(prices_of(random_quotes(6, 80)))
    arrays = {name: getattr(standing, name) for name in NAMES}
    for _ in range(2):
        save_arrays(tmp_path / "book", arrays)
    opened = load_arrays(tmp_path / "book", NAMES)
    for name in NAMES:
        np.testing.assert_array_equal(opened[name], arrays[name])
        assert opened[name].dtype == arrays[name].dtype
    assert [p.name for p in tmp_path.iterdir()] == ["book"]
    with pytest.raises(ValueError, match="read-only"):
        opened["size"][0, 0] = 1.0


def test_a_damaged_folder_is_refused(tmp_path: Path) -> None:
    save_arrays(tmp_path / "book", {"close": np.ones((2, 5)), "flags": np.zeros((2, 5), np.uint8)})
    (tmp_path / "book/flags.npy").write_bytes(b"\x93NUMPY")
    with pytest.raises(DamagedStore, match="price book"):
        load_arrays(tmp_path / "book", ("close", "flags"))
    with pytest.raises(DamagedStore, match="missing"):
        load_arrays(tmp_path / "nothing", ("close",))
