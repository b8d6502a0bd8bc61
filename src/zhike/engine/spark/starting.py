"""Starting Spark: what must be there first, how it is set, and how it says nothing on the console."""

from __future__ import annotations

import os
import re
import shutil
import socket
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from zhike.base.errors import StoreError, UsageError
from zhike.base.text import say
from zhike.engine.session import LOCAL_SPARK, EngineSettings

ATTEMPTS = 4
_LOOPBACK = "127.0.0.1"
_PATIENCE = 5.0  # seconds to wait for a master's port
_MASTER = re.compile(r"(?:spark://|,)([^:,/]+):(\d+)")
_JAVA = 17


def installed() -> None:
    """Raise UsageError where this machine has no Java or no pyspark."""
    if find_spec("pyspark") is None:
        raise UsageError(
            say("没有安装 Spark（pyspark）。", "Spark (pyspark) isn't installed."),
            where=sys.executable,
            next_=say(
                '安装：pip install "zhike[spark]"；或不用 --engine 运行。',
                'Install it: pip install "zhike[spark]"; or run without --engine.',
            ),
        )
    if java() is None:
        raise UsageError(
            say("没有找到 Java；Spark 需要它。", "There is no Java, which Spark needs."),
            where=os.environ.get("JAVA_HOME") or "PATH",
            next_=say(
                f"安装 Java {_JAVA} 或更高（Debian：apt-get install default-jre-headless），或设置 JAVA_HOME。",
                f"Install Java {_JAVA} or newer (Debian: apt-get install default-jre-headless), or set JAVA_HOME.",
            ),
        )


def java() -> str | None:
    """Return the Java that Spark would take; None: there is none."""
    home = os.environ.get("JAVA_HOME")
    return shutil.which("java", path=str(Path(home) / "bin")) if home else shutil.which("java")


def address_towards(master: str) -> str:
    """Return this machine's address on the way to the master; raise StoreError where none answers.

    The driver listens there and nowhere else: executors must reach it, and only they.
    """
    refused = ""
    for host, port in _MASTER.findall(master):
        try:
            with socket.create_connection((host, int(port)), _PATIENCE) as reached:
                return str(reached.getsockname()[0])
        except OSError as error:
            refused = error.strerror or str(error)
    raise StoreError(
        say(f"Spark 主节点没有应答：{refused}", f"No Spark master answers: {refused}"),
        where=master,
        next_=say(
            "检查地址与端口、主节点是否在运行；或不用 --engine 运行。",
            "See to address and port, and whether the master runs; or run without --engine.",
        ),
    )


def options(settings: EngineSettings, folder: Path) -> Mapping[str, str]:
    """Return what Spark is told: where it listens, which Python it runs, how it counts."""
    here = settings.on == LOCAL_SPARK
    address = _LOOPBACK if here else address_towards(settings.on)
    return {
        "spark.master": f"local[{settings.threads},{ATTEMPTS}]" if here else settings.on,
        "spark.app.name": "zhike",
        "spark.driver.host": address,
        "spark.driver.bindAddress": address,
        "spark.local.dir": str(folder),
        "spark.task.maxFailures": str(ATTEMPTS),
        "spark.speculation": "false",  # a range is done once unless it failed
        "spark.driver.maxResultSize": "0",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        **MEANING,
    }


# How Spark counts, so that a lazy table means on it what it means in the embedded engine; a test for each lies in
# tests/zhike/engine/test_meaning.py.
MEANING: Mapping[str, str] = {
    "spark.sql.timestampType": "TIMESTAMP_NTZ",  # a stored stamp is the time on the wall, of no zone
    "spark.sql.session.timeZone": "UTC",  # days of timestamps are those written, wherever the machine stands
}


@contextmanager
def _environment(**values: str) -> Iterator[None]:
    """Set variables of the environment for as long as Java is started: pyspark hands over nothing else."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def context(told: Mapping[str, str], log: Path) -> Any:
    """Return a SparkContext, its Java told to write to `log`: a Java trace of 200 lines helps nobody at a console."""
    from pyspark import SparkConf, SparkContext
    from pyspark.java_gateway import launch_gateway

    conf = SparkConf(loadDefaults=False).setAll(list(told.items()))
    python = os.environ.get("PYSPARK_PYTHON", sys.executable)
    with _environment(SPARK_LOCAL_IP=told["spark.driver.bindAddress"], PYSPARK_PYTHON=python):
        if SparkContext._gateway is None:
            with log.open("ab") as written:
                SparkContext._gateway = launch_gateway(conf, {"stdout": written, "stderr": written})
                SparkContext._jvm = SparkContext._gateway.jvm
        return SparkContext(conf=SparkConf().setAll(list(told.items())))
