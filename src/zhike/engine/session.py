"""The embedded engine: DuckDB behind one small typed surface, spoken to in Narwhals."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Collection, Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType

import duckdb
import narwhals as nw
import pyarrow as pa

from zhike.base.errors import BrokenPromise, DamagedStore, StoreError, UsageError
from zhike.base.text import say
from zhike.engine.counting import count_opened, count_query


class _NoPandas:
    """Says at once that pandas isn't installed."""

    @staticmethod
    def find_spec(name: str, path: object = None, target: object = None) -> None:
        """Refuse pandas; know nothing of anything else."""
        if name == "pandas":
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


@contextmanager
def _asked_once() -> Iterator[None]:
    """Look for pandas once, not twice for every constant of a plan as DuckDB does: 150 µs each where it isn't installed, 6,000 a plan."""
    if "pandas" in sys.modules or find_spec("pandas") is not None:
        yield
        return
    sys.meta_path.insert(0, _NoPandas)
    try:
        yield
    finally:
        sys.meta_path.remove(_NoPandas)


EMBEDDED, LOCAL_SPARK = "embedded", "local-spark"
_SPARK = re.compile(r"spark://[^\s:,/]+:\d+(,[^\s:,/]+:\d+)*")


@dataclass(frozen=True, slots=True)
class EngineSettings:
    """How much of the machine the engine may use, and where a night's tasks are done.

    `memory` in bytes, `threads` in cores, `spill` a folder for what doesn't fit (None: it must fit). `on`: processes of this
    machine ("embedded"), Spark on this machine ("local-spark"), or a cluster ("spark://HOST:PORT", several with commas).
    """

    threads: int = os.cpu_count() or 1
    memory: int = 2_000_000_000
    spill: Path | None = None
    on: str = EMBEDDED

    def __post_init__(self) -> None:
        """Refuse settings that can't work."""
        if self.on not in (EMBEDDED, LOCAL_SPARK) and not _SPARK.fullmatch(self.on):
            raise UsageError(
                say(f"没有名为“{self.on}”的引擎。", f"There is no engine '{self.on}'."),
                next_=say(
                    "可用：embedded（本机进程）、local-spark（本机 Spark）、spark://主机:端口（集群）。",
                    "Use embedded (processes here), local-spark (Spark here) or spark://HOST:PORT (a cluster).",
                ),
            )
        if self.threads < 1 or self.memory < 64 << 20:
            raise UsageError(
                say(
                    f"引擎设置不可用：threads={self.threads}，memory={self.memory}。",
                    f"Engine settings can't work: threads={self.threads}, memory={self.memory}.",
                ),
                next_=say(
                    "threads 至少为 1，memory 至少 64 MB。", "Use at least 1 thread and 64 MB of memory."
                ),
            )


@contextmanager
def as_store_error() -> Iterator[None]:
    """Turn the embedded engine's own errors into ours."""
    try:
        yield
    except duckdb.OutOfMemoryException as error:
        raise StoreError(
            say(f"内存不足：{error}", f"Out of memory: {error}"),
            next_=say(
                "在 zhike.toml 的 [engine] 中调大 memory。", "Raise `memory` under [engine] in zhike.toml."
            ),
        ) from error
    except duckdb.Error as error:
        raise DamagedStore(
            say(f"读取存储文件失败：{error}", f"A stored file can't be read: {error}"),
            next_=say("运行 zhike check 查看。", "Run zhike check to see which."),
        ) from error


Frame = nw.LazyFrame[duckdb.DuckDBPyRelation]
Plan = Callable[[Mapping[str, Frame]], Mapping[str, Frame]]
_PLANNED: dict[Hashable, Mapping[str, str]] = {}
_KEPT = 16  # plans; the oldest is given up


def connected(settings: EngineSettings) -> duckdb.DuckDBPyConnection:
    """Open a connection that keeps to the settings, fetches nothing, and prints nothing into what a command writes."""
    options: dict[str, str | bool | int | float | list[str]] = {
        "threads": settings.threads,
        "memory_limit": f"{settings.memory // (1 << 20)}MiB",
        "preserve_insertion_order": False,
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
    }
    if settings.spill is not None:
        options["temp_directory"] = str(settings.spill)
    connection = duckdb.connect(":memory:", config=options)
    connection.execute("SET enable_progress_bar = false")
    return connection


class Engine:
    """Reads stored tables lazily and collects results. Use it as a context manager; it keeps nothing on disk."""

    def __init__(self, settings: EngineSettings | None = None) -> None:
        self.settings = settings or EngineSettings()
        self._connection = connected(self.settings)

    def __enter__(self) -> Engine:
        """Return the engine itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the connection."""
        self._connection.close()

    def scan(self, files: Sequence[Path], schema: pa.Schema) -> Frame:
        """Open stored files as one lazy table with the columns of `schema`; no file at all is an empty table."""
        if not files:
            empty = schema.empty_table()
            return nw.from_native(self._connection.from_arrow(empty))
        for path in files:
            count_opened(path)
        relation = self._connection.read_parquet([str(f) for f in files])
        return nw.from_native(relation).select(*schema.names)

    def over(self, rows: pa.Table) -> Frame:
        """Open rows in memory as a lazy table."""
        return nw.from_native(self._connection.from_arrow(rows))

    def collect(self, frame: Frame) -> pa.Table:
        """Run a lazy table and return its rows."""
        count_query()
        with as_store_error():
            return frame.to_native().to_arrow_table()

    def planned(self, what: Hashable, tables: Mapping[str, pa.Table], plan: Plan) -> dict[str, pa.Table]:
        """Return what `plan` makes of rows in memory, collected.

        A process plans once for each `what` (all that the plan follows from but the tables) and columns of `tables`, and keeps
        the engine's SQL: planning a range of clients takes longer than running it.
        """
        key = (what, tuple((name, rows.schema) for name, rows in tables.items()))
        for name, rows in tables.items():
            self._connection.register(name, rows)
        texts = _PLANNED.get(key)
        if texts is None:
            texts = _PLANNED[key] = self._texts(tables, plan)
            for oldest in list(_PLANNED)[:-_KEPT]:
                _PLANNED.pop(oldest, None)
        return {
            name: self.collect(nw.from_native(self._connection.sql(text))) for name, text in texts.items()
        }

    def written(self, tables: Mapping[str, pa.Table], plan: Plan) -> dict[str, str]:
        """Return what `plan` makes of tables as SQL, under the names that it gives."""
        for name, rows in tables.items():
            self._connection.register(name, rows)
        return self._texts(tables, plan)

    def _texts(self, tables: Collection[str], plan: Plan) -> dict[str, str]:
        """Return the SQL of what `plan` makes of tables; raise BrokenPromise where it doesn't mean the same.

        In SQL a constant without an exponent is a decimal; one that changes a column's type is to be cast by the plan.
        """
        with _asked_once():
            made = {
                n: frame.to_native()
                for n, frame in plan({t: nw.from_native(self._connection.view(t)) for t in tables}).items()
            }
        texts = {name: relation.sql_query() for name, relation in made.items()}
        for name, relation in made.items():
            meant, written = relation.types, self._connection.sql(texts[name]).types
            if meant != written:
                raise BrokenPromise(
                    say(
                        f"计划 {name} 写成 SQL 后类型变了：{meant} → {written}",
                        f"The plan '{name}' changes its types when written as SQL: {meant} → {written}",
                    )
                )
        return texts

    def batches(self, frame: Frame, rows: int = 100_000) -> Iterator[pa.RecordBatch]:
        """Run a lazy table and yield its rows in batches, without holding them all."""
        count_query()
        with as_store_error():
            yield from frame.to_native().to_arrow_reader(rows)

    def figures(self, frame: Frame) -> Mapping[str, object]:
        """Run a lazy table of one row and return it as a mapping from column to value."""
        rows = self.collect(frame).to_pylist()
        if len(rows) != 1:
            raise ValueError(f"expected one row of figures, got {len(rows)}")
        return dict(rows[0])
