"""Settings: what `zhike.toml` and the environment may say, and how it is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from zhike.base.errors import UsageError
from zhike.config import FILE, engine_settings, keep_settings, proposal_settings, size
from zhike.datacentre.retention import Keep
from zhike.decisions import proposals
from zhike.engine import EngineSettings
from zhike.run import NightSettings


def settings(home: Path, text: str, **environment: str) -> EngineSettings:
    (home / "zhike.toml").write_text(text, "utf-8")
    return engine_settings(home, environment)


def test_every_number_of_the_proposals_is_a_branchs_own_and_its_night_follows_it(tmp_path: Path) -> None:
    assert proposal_settings(tmp_path) == proposals.Settings()
    (tmp_path / "zhike.toml").write_text("[proposals]\nassessment_months = 12\nflow_share = 0.5\n", "utf-8")
    mine = proposals.Settings(assessment_months=12, flow_share=0.5)
    assert proposal_settings(tmp_path) == mine == NightSettings.of(tmp_path).proposals


def test_what_a_branch_set_at_its_workbench_lies_over_the_file(tmp_path: Path) -> None:
    (tmp_path / "zhike.toml").write_text("[proposals]\nassessment_months = 12\nflow_share = 0.5\n", "utf-8")
    (tmp_path / "branch.toml").write_text(
        "[proposals]\nflow_share = 0.4\ndays_off = [2026-02-16, 2026-02-15]\n", "utf-8"
    )
    mine = proposals.Settings(assessment_months=12, flow_share=0.4, days_off=("2026-02-15", "2026-02-16"))
    assert proposal_settings(tmp_path) == mine == NightSettings.of(tmp_path).proposals
    assert proposal_settings(tmp_path, (FILE,)).flow_share == 0.5


@pytest.mark.parametrize(
    "line",
    [
        'days_off = ["2026-01-01"]',
        "days_off = 2026-01-01",
        "assessment_months = 12.5",
        "assessment_months = -1",
        "flow_share = true",
        'salt = "x"',
        "months = 1",
        "flow_share = nan",
        "flow_share = inf",
        "assessment_months = inf",
    ],
)
def test_a_threshold_that_is_none_is_refused(tmp_path: Path, line: str) -> None:
    (tmp_path / "zhike.toml").write_text(f"[proposals]\n{line}\n", "utf-8")
    with pytest.raises(UsageError, match=line.partition(" ")[0]):
        proposal_settings(tmp_path)


def test_without_a_file_the_engine_has_its_own_settings_and_spills_into_the_home(tmp_path: Path) -> None:
    plain = EngineSettings()
    assert engine_settings(tmp_path, {}) == EngineSettings(plain.threads, plain.memory, tmp_path / "spill")


def test_the_file_says_threads_memory_and_spill(tmp_path: Path) -> None:
    found = settings(tmp_path, '[engine]\nthreads = 3\nmemory = "2GB"\nspill = "elsewhere"\n')
    assert found == EngineSettings(3, 2 << 30, tmp_path / "elsewhere")


def test_an_absolute_spill_folder_is_taken_as_it_is(tmp_path: Path) -> None:
    assert settings(tmp_path, f'[engine]\nspill = "{tmp_path}/fast"\n').spill == tmp_path / "fast"


def test_the_environment_overrides_the_file(tmp_path: Path) -> None:
    found = settings(tmp_path, "[engine]\nthreads = 3\n", ZHIKE_THREADS="5", ZHIKE_MEMORY="512MB")
    assert (found.threads, found.memory) == (5, 512 << 20)


@pytest.mark.parametrize("on", ["embedded", "local-spark", "spark://a.b:7077", "spark://a:7077,b:7077"])
def test_where_a_night_is_done_is_a_setting_and_the_environment_overrides_it(tmp_path: Path, on: str) -> None:
    assert settings(tmp_path, f'[engine]\non = "{on}"\n').on == on
    assert settings(tmp_path, '[engine]\non = "local-spark"\n', ZHIKE_ENGINE=on).on == on


@pytest.mark.parametrize(
    ("text", "bytes_"),
    [("64MB", 64 << 20), ("1.5 GiB", 3 << 29), ("2g", 2 << 30), (1024, 1024), ("100", 100), ("1k", 1024)],
)
def test_sizes_are_read_with_binary_units(text: object, bytes_: int) -> None:
    assert size(text) == bytes_


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[engine]\nthread = 3\n", "Did you mean 'threads'"),
        ('[engine]\non = "spark"\n', "no engine 'spark'"),
        ('[engine]\non = "spark://host"\n', "no engine 'spark://host'"),
        ("[engine]\non = 3\n", "on = 3 can't be understood"),
        ("[engin]\nthreads = 3\n", "Did you mean 'engine'"),
        ("[engine]\nqqq = 3\n", "Known: threads, memory, spill, on"),
        ("engine = 3\n", "can't be understood"),
        ("[engine]\nthreads = true\n", "threads = True can't be understood"),
        ("[engine]\nthreads = -1\n", "can't be understood"),
        ("[engine]\nthreads = 0\n", "at least 1 thread"),
        ('[engine]\nmemory = "lots"\n', "memory = 'lots' can't be understood"),
        ('[engine]\nmemory = "1MB"\n', "64 MB"),
        ("[engine]\nmemory = true\n", "can't be understood"),
        ('[engine]\nspill = ""\n', "name of a folder"),
        ("[engine\n", "aren't valid TOML"),
    ],
)
def test_a_setting_that_cannot_work_is_refused_with_the_way_out(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        settings(tmp_path, text)


def test_a_wrong_variable_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="ZHIKE_THREADS"):
        engine_settings(tmp_path, {"ZHIKE_THREADS": "many"})


# What is kept.


def kept(home: Path, text: str) -> Keep:
    (home / "zhike.toml").write_text(text, "utf-8")
    return keep_settings(home)


def test_without_a_file_seven_generations_are_kept_and_delivered_files_for_ever(tmp_path: Path) -> None:
    assert keep_settings(tmp_path) == Keep(generations=7, generation_days=None, raw_days=None)


def test_the_file_says_how_much_is_kept(tmp_path: Path) -> None:
    text = "[keep]\ngenerations = 30\ngeneration_days = 90\nraw_days = 7300\n"
    assert kept(tmp_path, text) == Keep(30, 90, 7300)
    assert kept(tmp_path, '[keep]\ngenerations = "all"\n') == Keep(generations=None)
    assert kept(tmp_path, "[engine]\nthreads = 2\n") == Keep()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[keep]\ngeneration = 3\n", "Did you mean 'generations'"),
        ("[keep]\ngenerations = 0\n", r"generations = 0 can't be understood(?s:.*)1 or more, or \"all\""),
        ("[keep]\ngenerations = true\n", "can't be understood"),
        ('[keep]\ngenerations = "seven"\n', "can't be understood"),
        ("[keep]\nraw_days = -1\n", "raw_days = -1 can't be understood"),
        ('[keep]\nraw_days = "all"\n', "raw_days = 'all' can't be understood"),
        ("[keep]\ngeneration_days = 1.5\n", r"1.5 can't be understood(?s:.*)\[keep\]"),
    ],
)
def test_a_limit_that_cannot_be_is_refused_with_the_way_out(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        kept(tmp_path, text)
