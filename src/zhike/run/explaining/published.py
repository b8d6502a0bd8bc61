"""One client in the latest generation: found or refused, and the client's rows of each published table."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import narwhals as nw
import pyarrow as pa
import pyarrow.compute as pc

from zhike.base.errors import UsageError
from zhike.base.text import Said, say
from zhike.datacentre.generation import Generation
from zhike.engine import Engine, EngineSettings
from zhike.run.sources import Sources

_AROUND = 2_000  # names looked at on either side of where a name would stand
_SHOWN = 3


def latest(home: Path, wanted: str | None = None) -> Generation:
    """Return the generation that `wanted` names (None: the latest); raise UsageError where nothing was published."""
    if wanted is not None:
        return Generation.at(home, wanted)
    generation = Generation.latest(home)
    if generation is None:
        raise UsageError(
            say("还没有发布过结果。", "Nothing was published yet."), where=str(home),
            next_=say("先运行：zhike run", "Run a night first: zhike run"),
        )  # fmt: skip
    return generation


@dataclass(frozen=True, slots=True)
class Page:
    """A client in a generation; `engine` is open as long as the page is used."""

    home: Path
    generation: Generation
    client: str
    engine: Engine
    sources: Sources

    def rows(self, table: str) -> list[dict[str, Any]]:
        """Return the client's rows of a published table; none where it isn't in the generation."""
        if table not in self.generation.tables:
            return []
        lazy = self.generation.scan(self.engine, table).filter(nw.col("client_id") == nw.lit(self.client))
        keys = [(k, "ascending") for k in self.generation.definition(table).key]
        return list(self.engine.collect(lazy).sort_by(keys).to_pylist())

    def tables(self) -> tuple[str, ...]:
        """Return the published tables that have rows of clients."""
        return tuple(t for t in self.generation.tables if self.generation.definition(t).has("client_id"))


def page(home: Path, client: str, engine: Engine) -> Page:
    """Open a client's page in the latest generation.

    Raises UsageError for a client nobody knows (with the nearest numbers), one who is frozen, or one who came since.
    """
    generation, sources = latest(home), Sources.of(home)
    known = sources.rows("client", ("client_id", "frozen"))
    ids = known["client_id"].cast(pa.string()).combine_chunks()
    frozen = set(ids.filter(known["frozen"].fill_null(False).combine_chunks()).to_pylist())
    if client in frozen:
        raise UsageError(
            say(f"客户 {client} 的资料已冻结，不作展示。", f"The record of client {client} is frozen; nothing of it is shown."),
            next_=say("解冻由合规办理；冻结标志在 client 表的 frozen 列。", "Compliance may release it: column frozen of table client."),
        )  # fmt: skip
    found = Page(home, generation, client, engine, sources)
    if any(found.rows(t) for t in ("measure", "client_card", "stage") if t in generation.tables):
        return found
    delivered = set(ids.to_pylist())
    if client in delivered:
        raise UsageError(
            say(f"客户 {client} 不在截至 {generation.manifest.as_of} 的这一期里。", f"Client {client} isn't in the generation as of {generation.manifest.as_of}."),
            next_=say("再运行一次：zhike run", "Run a night again: zhike run"),
        )  # fmt: skip
    raise _unknown(client, sorted((delivered | _measured(found)) - frozen))


def _measured(found: Page) -> set[str]:
    if "measure" not in found.generation.tables:
        return set()
    lazy = found.generation.scan(found.engine, "measure").select("client_id")
    return set(found.engine.collect(lazy)["client_id"].to_pylist())


def _unknown(client: str, names: Sequence[str]) -> UsageError:
    near = nearest(client, names)
    return UsageError(
        say(f"没有客户“{client}”。", f"There is no client '{client}'."),
        next_=did_you_mean(near)
        or say(
            "客户号见：zhike export client -o client.csv", "The clients: zhike export client -o client.csv"
        ),
    )


def did_you_mean(near: Sequence[str]) -> Said | None:
    """Return the question whether one of some names was meant; None without any."""
    if not near:
        return None
    zh, en = "、".join(f"“{n}”" for n in near), ", ".join(f"'{n}'" for n in near)
    return say(f"是否想写{zh}？", f"Did you mean {en}?")


def nearest(name: str, names: Sequence[str]) -> list[str]:
    """Return up to three of the sorted `names` like `name`: those that contain it, else those that differ by little."""
    inside = [n for n in names if name and name.lower() in n.lower()]
    if inside:
        return sorted(inside, key=lambda n: (len(n), n))[:_SHOWN]
    at = bisect_left(names, name)
    around = list(names[max(at - _AROUND, 0) : at + _AROUND])
    return get_close_matches(name, around, n=_SHOWN)


def opened() -> Engine:
    """Return an engine for small questions: one thread is enough."""
    return Engine(EngineSettings(threads=1))


def client_rows(rows: pa.Table, client: str) -> pa.Table:
    """Return a client's rows of a table; all of them where it isn't about clients."""
    if "client_id" not in rows.column_names:
        return rows
    return rows.filter(pc.equal(rows["client_id"].cast(pa.string()), client))
