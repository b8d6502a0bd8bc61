"""What a look at a drop shows: first rows as understood, identity masked; first findings with a sentence."""

from __future__ import annotations

from pathlib import Path

from small_drops import AS_OF, SETTINGS, drop
from zhike.datacentre.batch import Batch
from zhike.datacentre.ingest import ingest
from zhike.datacentre.preview import Sample, first_findings, first_rows
from zhike.datacentre.request import Request


def test_a_look_gives_the_first_rows_by_line_and_the_findings_and_stores_nothing(tmp_path: Path) -> None:
    samples: list[Sample] = []
    found: list[dict[str, object]] = []

    def look(batch: Batch) -> None:
        samples.extend(first_rows(batch, most=2))
        found.extend(first_findings(batch, most=1))

    request = Request(drop(tmp_path / "d"), AS_OF, "test", dry_run=True, settings=SETTINGS)
    ingest(tmp_path / "home", request, look=look)
    by_table = {s.table: s for s in samples}
    assert by_table["client"].columns == ("client_id", "kind", "name", "phone")
    assert by_table["client"].rows == (
        (2, ("A", "individual", "张**", "*********01")),
        (3, ("B", "individual", "李*", "*********02")),
    )
    assert [line for line, _ in by_table["trade"].rows] == [2, 3]
    assert len(found) == 1
    assert found[0]["zh"]
    assert found[0]["en"]
    assert not (tmp_path / "home" / "drops").exists()
