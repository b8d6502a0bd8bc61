"""Tasks on Spark: done in order, tried again where a machine failed, and refused in a sentence."""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

import on_spark as tasks
from zhike.base.errors import StoreError, UsageError
from zhike.engine import EngineSettings
from zhike.engine.spark import Spark, errands, starting

pytestmark = [tasks.needs_spark]
HERE = EngineSettings(threads=2, on="local-spark")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("work")


@pytest.fixture(scope="module")
def spark(folder: Path) -> Iterator[Spark]:
    tasks.travel()
    with Spark(HERE, folder) as started:
        yield started


def test_results_come_in_the_order_of_the_tasks(spark: Spark) -> None:
    assert list(spark.spread(tasks.doubled, range(5))) == [0, 2, 4, 6, 8]


def test_an_error_of_ours_comes_back_as_it_was_raised(spark: Spark) -> None:
    with pytest.raises(StoreError) as raised:
        list(spark.spread(tasks.refused, ["a folder"]))
    assert raised.value.sentence("zh") == "装不下了\n位置：a folder"


def test_a_fault_of_the_program_comes_back_with_where_it_arose(spark: Spark) -> None:
    with pytest.raises(ZeroDivisionError) as raised:
        list(spark.spread(tasks.broken, [1]))
    assert "in broken" in raised.value.__notes__[0]


def test_a_task_whose_folder_fails_for_a_moment_is_done_again(spark: Spark, tmp_path: Path) -> None:
    assert list(spark.spread(tasks.once_unreachable, [tmp_path])) == [2]


def test_a_task_whose_process_dies_is_done_again(spark: Spark, tmp_path: Path) -> None:
    assert list(spark.spread(tasks.once_dead, [tmp_path])) == [2]


def test_a_task_that_always_dies_is_told_without_a_java_trace(spark: Spark) -> None:
    with pytest.raises(StoreError) as raised:
        list(spark.spread(tasks.always_dead, [1]))
    sentence = raised.value.sentence("en")
    assert "An executor died" in sentence
    assert len(sentence) < 400
    assert "\tat " not in sentence


def test_executors_that_do_not_see_the_folder_say_so(spark: Spark, folder: Path) -> None:
    token = folder / errands._TOKEN
    aside = token.rename(folder / "elsewhere")
    try:
        with pytest.raises(StoreError, match="doesn't see the home folder") as raised:
            list(spark.spread(tasks.doubled, [1]))
    finally:
        aside.rename(token)
    assert raised.value.where == str(folder)
    assert "docs/scale.md" in raised.value.sentence("en")


def test_executors_that_run_another_version_say_so(
    spark: Spark, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = (folder / errands._TOKEN).read_text("ascii")
    monkeypatch.setattr(spark, "_place", errands.Place(folder, token, tasks.version, "zhike 9.9"))
    with pytest.raises(StoreError, match=r"driver has zhike 9\.9, the executor zhike 1\.0"):
        list(spark.spread(tasks.doubled, [1]))


def test_spark_listens_on_this_machine_only(spark: Spark) -> None:
    java = [p for p in tasks.below(os.getpid()) if "java" in Path(f"/proc/{p}/comm").read_text()]
    assert java
    found = {address for process in java for address in tasks.listening(process)}
    assert found
    assert [address for address in found if not address.is_loopback] == []


def test_the_kernel_s_addresses_are_read_right() -> None:
    assert tasks.address("0100007F") == ipaddress.ip_address("127.0.0.1")
    assert tasks.address("0000000000000000FFFF00000100007F") == ipaddress.ip_address("127.0.0.1")
    assert not tasks.address("00000000").is_loopback


def test_a_master_that_is_not_there_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="No Spark master answers") as raised:
        starting.address_towards("spark://127.0.0.1:9")
    assert raised.value.where == "spark://127.0.0.1:9"


def test_without_java_it_is_said_where_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    with pytest.raises(UsageError, match="no Java") as raised:
        starting.installed()
    assert "default-jre-headless" in raised.value.sentence("zh")
