"""A night on Spark publishes what a night in processes of this machine publishes: the same code on the same folders."""

from __future__ import annotations

from pathlib import Path

import pytest

from on_spark import TABLES, beside, delivered, differing, needs_spark
from zhike.cli import main
from zhike.engine import EngineSettings
from zhike.run import NightSettings, run_night

pytestmark = [needs_spark]


def test_every_table_of_a_small_branch_is_equal_on_spark(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    home = delivered(tmp_path, 200, 160)
    other, cut = beside(home), NightSettings(range_rows=8_000)
    ours = run_night(home, None, EngineSettings(threads=1), cut).published.generation
    theirs = run_night(other, None, EngineSettings(threads=2, on="local-spark"), cut).published.generation
    assert len(ours.tables) == TABLES
    assert differing(ours, theirs) == []
    assert not ours.manifest.differing(theirs.manifest)
    assert not (other / "staging").exists()
    assert capfd.readouterr() == ("", "")  # Java keeps its warnings to its log


def test_a_master_that_is_not_there_ends_the_run_with_3_and_what_to_do(
    home: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert main(["run", "--engine", "spark://127.0.0.1:9", "--home", str(home), "--lang", "en"]) == 3
    said = capfd.readouterr().err
    assert "No Spark master answers" in said
    assert "run without --engine" in said


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_every_table_of_two_thousand_clients_is_equal_on_spark(tmp_path: Path) -> None:
    home = delivered(tmp_path, 2_000, 500)
    other = beside(home)
    ours = run_night(home, None, EngineSettings(threads=2)).published.generation
    theirs = run_night(other, None, EngineSettings(threads=2, on="local-spark")).published.generation
    assert len(ours.tables) == TABLES
    assert differing(ours, theirs) == []
    again = run_night(home, None, EngineSettings(threads=2, on="local-spark"))
    assert again.published.unchanged
