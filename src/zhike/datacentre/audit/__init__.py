"""Is everything still as it was stored? Every invariant of the home folder, looked at one by one; nothing is changed.

`ground` (what is looked at) · `files` (pointer, hashes, counts, orphans) · `records` (drops, raw bytes, lines) ·
`rows` (keys, references, sums; and, deep, what holds computed anew) · `generations` (what runs published).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from zhike.base.errors import DamagedStore
from zhike.base.text import Said, say
from zhike.datacentre.audit import files, generations, records, rows
from zhike.datacentre.audit.ground import Break, Ground, Remark
from zhike.engine import EngineSettings

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Invariant:
    """Something that is always true of a home folder. Where `warns`, a breach is untidy, not wrong.

    `look` finds the breaches. `deep` ones read every row again and are looked at only when asked for.
    """

    name: str
    said: Said
    look: Callable[[Ground], Iterator[Break]]
    of_rows: bool = False
    warns: bool = False
    deep: bool = False


INVARIANTS = (
    Invariant("states", say("各保留状态可读", "every kept state can be read"), files.states),
    Invariant("hashes", say("存储文件齐全，SHA-256 相符", "every stored file is there with its SHA-256"), files.hashes),
    Invariant("counts", say("文件行数与清单一致", "files have the rows that the manifest says"), files.counts),
    Invariant("records", say("各批次记录与发现文件相符", "records and findings of drops are as written"), records.records),
    Invariant("raw", say("原始文件齐全，内容与名称相符", "delivered bytes are there and match their names"), records.raw),
    Invariant("retired", say("移除记录可读", "records of what was removed can be read"), records.retired),
    Invariant("lines", say("行数 = 入库 + 隔离 + 非数据", "lines = accepted + quarantined + other"), records.lines),
    Invariant("keys", say("主键唯一", "keys are unique"), rows.keys, of_rows=True),
    Invariant("references", say("每行的客户都存在", "every row's client exists"), rows.references, of_rows=True),
    Invariant("sums", say("净资产 = 现金 + 证券 + 基金 − 负债", "net = cash + securities + funds − debt"), rows.sums, of_rows=True),
    Invariant("orphans", say("没有无主文件", "no file without an owner"), records.orphans, warns=True),
    Invariant("published", say("PUBLISHED 指向的各期可读", "PUBLISHED names generations that can be read"), generations.published),
    Invariant("results", say("各期文件齐全，SHA-256 相符", "every file of them is there with its SHA-256"), generations.files),
    Invariant("uniqueness", say("各期主键唯一", "their keys are unique"), generations.keys),
    Invariant("leftovers", say("各期没有无主文件", "no file among them without an owner"), generations.orphans, warns=True),
    Invariant("indexes", say("主键索引与数据一致", "indexes hold the keys of their segments"), rows.indexes, of_rows=True, deep=True),
    Invariant("liveness", say("重新推算的有效行与状态一致", "what holds, computed anew, is what the state says"), rows.liveness, of_rows=True, deep=True),
    Invariant("contents", say("各期内容哈希重新计算相符", "their rows, hashed anew, are what was published"), generations.contents, deep=True),
)  # fmt: skip
POINTER = Invariant(
    "pointer", say("CURRENT 指向完好的状态", "CURRENT names a sound state"), lambda ground: iter(())
)


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one invariant: where it is broken, which tables couldn't be looked at (their files are damaged), remarks."""

    invariant: Invariant
    breaks: tuple[Break, ...] = ()
    unchecked: tuple[str, ...] = ()
    remarks: tuple[Break, ...] = ()

    @property
    def status(self) -> str:
        """Return ok, broken, warning or unchecked."""
        if self.breaks:
            return "warning" if self.invariant.warns else "broken"
        return "unchecked" if self.unchecked else "ok"


@dataclass(frozen=True, slots=True)
class Audit:
    """The result of every invariant that was looked at, of the state with this number."""

    state: int
    results: tuple[Result, ...]

    @property
    def sound(self) -> bool:
        """Tell whether nothing is broken (a warning is no break)."""
        return all(r.status in ("ok", "warning") for r in self.results)


def audit(
    home: Path,
    settings: EngineSettings | None = None,
    *,
    deep: bool = False,
    progress: Progress | None = None,
) -> Audit:
    """Look at every invariant of a home folder; where the pointer itself is broken, nothing else can be looked at."""
    chosen = [i for i in INVARIANTS if deep or not i.deep]
    ground = files.pointed(home, settings or EngineSettings())
    if isinstance(ground, Break):
        return Audit(0, (Result(POINTER, (ground,)), *(Result(i, unchecked=("*",)) for i in chosen)))
    results = [Result(POINTER)]
    for n, invariant in enumerate(chosen):
        if progress is not None:
            progress(invariant.name, n, len(chosen))
        results.append(_result(invariant, ground))
    return Audit(ground.manifest.state, tuple(results))


def _result(invariant: Invariant, ground: Ground) -> Result:
    breaks: list[Break] = []
    try:
        breaks.extend(invariant.look(ground))
    except DamagedStore as error:
        breaks.append(Break(error.where, error.what))
    remarks = tuple(b for b in breaks if isinstance(b, Remark))
    broken = tuple(b for b in breaks if not isinstance(b, Remark))
    return Result(invariant, broken, tuple(ground.unsound()) if invariant.of_rows else (), remarks)
