"""The page of measures on paper is the one in code, and its rows fit their table."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pyarrow as pa

from zhike.base.measure import dictionary_rows
from zhike.datacentre.stored import schema_of
from zhike.datacentre.tables import ALL
from zhike.datacentre.tables import table as table_called
from zhike.features.clients import MEASURES
from zhike.features.clients.dictionary import render


def test_the_measures_on_paper_are_the_measures_in_code() -> None:
    paper = Path(__file__).parents[4] / "docs" / "measures.md"
    again = "python -m zhike.features.clients.dictionary > docs/measures.md"
    assert paper.read_text(encoding="utf-8") == render(), f"run {again}"


def test_every_measure_has_its_page() -> None:
    assert sorted(re.findall(r"^### `(.+)`$", render(), re.M)) == sorted(MEASURES)


def test_the_rows_of_the_dictionary_fit_their_table() -> None:
    rows = pa.Table.from_pylist(
        dictionary_rows(MEASURES.values(), date(2025, 3, 31)), schema_of(table_called("measure_dictionary"))
    )
    assert rows.num_rows == len(MEASURES)


def test_every_source_is_a_table_of_the_contract() -> None:
    assert {s for m in MEASURES.values() for s in (*m.source, *m.also)} <= set(ALL)
