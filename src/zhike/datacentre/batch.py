"""One ingest in progress: its files, their tasks, what they brought, and how it becomes the next state."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from zhike.base.errors import InputRejected
from zhike.base.finding import Severity
from zhike.base.period import day_no
from zhike.datacentre.catalogue import check
from zhike.datacentre.checks.continuity import Ints, breaks_in, stretches
from zhike.datacentre.checks.facts import FACTS_FROM, REFERENCES, Facts
from zhike.datacentre.layering import Layers
from zhike.datacentre.mapping import Overrides
from zhike.datacentre.plan import Plan
from zhike.datacentre.planning import make_plan
from zhike.datacentre.readers.intake import Taken
from zhike.datacentre.recognising import Opened, Refused
from zhike.datacentre.report import Report
from zhike.datacentre.reporting import broken_balances, copies, file_report, notes_of, refusal, table_reports
from zhike.datacentre.request import FileState, Request
from zhike.datacentre.settle import Settled, settle, settled_state
from zhike.datacentre.store.compaction import compact
from zhike.datacentre.store.house import Store
from zhike.datacentre.store.manifest import DropEntry, Manifest, Part
from zhike.datacentre.tables import TABLES
from zhike.datacentre.tasks import Workers, cut, without_column
from zhike.datacentre.unused import unused_entries
from zhike.datacentre.work import FINDING
from zhike.engine.durable import as_json, flush, make_folder, sha256_of, write_whole
from zhike.engine.parquet import write_table


class Batch:
    """An ingest in progress. Call open, read and learn (clients, then the other references), read (the rest), settle, commit."""

    def __init__(
        self,
        store: Store,
        stage: Path,
        manifest: Manifest,
        request: Request,
        identity: str,
        taken: Sequence[Taken],
        workers: Workers,
        progress: Callable[[str, int, int], None],
    ) -> None:
        self.store, self.manifest, self.request, self.identity = store, manifest, request, identity
        self.delivered = [t.delivered for t in taken]
        self.progress = progress
        self.folder = make_folder(stage / "drop")
        self.work = make_folder(stage / "work")
        self.derived = stage / "derived"
        self.files: list[FileState] = []
        self.layers = Layers(Overrides(), Overrides())
        self.odd_entries: list[dict[str, Any]] = []
        self.facts = Facts()
        self.settled: dict[str, Settled] = {}
        self._tasks = 0
        self._workers = workers

    def open(self, opened: Sequence[Opened | Refused], layers: Layers) -> None:
        """Plan every file that was opened, as the drop's and its feed's mapping say."""
        self.layers = layers
        for number, item in enumerate(opened):
            state = FileState(number, item)
            self.files.append(state)
            if isinstance(item, Refused):
                self._reject(state, item.rejected)
                continue
            state.findings += notes_of(item)
            if item.found.what.table is not None:
                try:
                    state.plan = make_plan(
                        self.manifest.next_drop,
                        number,
                        item.found,
                        layers.both,
                        self.request.feed,
                        day_no(self.request.today),
                    )
                except InputRejected as rejected:
                    self._reject(state, rejected)
        self.odd_entries = unused_entries(layers.own, [d.name for d in self.delivered], self.files)

    @staticmethod
    def _reject(state: FileState, rejected: InputRejected) -> None:
        state.reject(rejected)
        state.findings.append(refusal(state.source, state.plan, rejected))

    def read(self, chosen: Callable[[str], bool]) -> None:
        """Read and check the files whose main table is `chosen`."""
        waiting = [f for f in self.files if f.plan and not f.rejected and chosen(f.plan.targets[0].table)]
        if not waiting:
            return
        facts = make_folder(self.work / f"facts-{self._tasks}")
        self.facts.save(facts)
        while waiting:
            tasks = []
            for state in waiting:
                assert state.plan is not None
                pieces = cut(state.plan, self.folder, facts, self._tasks)
                self._tasks += len(pieces)
                tasks += pieces
            for done in self._workers.done(tasks, lambda a, b: self.progress("read", a, b)):
                self.files[done.file].done.append(done)
            waiting = [f for f in waiting if self._again(f)]

    def _again(self, state: FileState) -> bool:
        """See whether a file was refused; where only one of its columns is spoilt, read it again without that column."""
        refused = next((d.rejected for d in state.done if d.rejected), None)
        if refused is None or state.plan is None:
            return False
        optional = (
            refused.check == "identifier_as_float"
            and refused.column
            and self._optional(state.plan, refused.column)
        )
        if not optional:
            self._reject(state, refused)
            return False
        state.findings.append(refusal(state.source, state.plan, refused))
        state.plan = without_column(state.plan, str(refused.column))
        state.done = []
        return True

    @staticmethod
    def _optional(plan: Plan, name: str) -> bool:
        fed = [(t.table, c) for t in plan.targets for c, j in t.columns.items() if plan.header[j] == name]
        return all(TABLES[t].column(c).nullable for t, c in fed)

    def learn(self, references: Collection[str] = REFERENCES) -> None:
        """Settle the tables read so far, and learn from the `references` and calendars what the other checks need."""
        waiting = [t for t in references if any(p.unknown for p in self.manifest.tables.get(t, ()))]
        for table in dict.fromkeys([*self._tables(), *waiting]):
            if table not in self.settled:
                self._settle(table, self.facts)
        self.facts = self.store.facts(self._next_state(()), references)

    def settle(self) -> None:
        """Decide what holds of every table, and look at balances meanwhile."""
        before = self.store.facts(self.manifest)
        first_clients = before.clients is None and self.facts.clients is not None
        days = self.facts.days_changed(before)
        balances = {f.number: self._balances(f) for f in self.files if not f.rejected}
        for table in sorted({*self._tables(), *self.manifest.tables}):
            if table not in self.settled or TABLES[table].has("client_id"):
                # what was read last was judged by what is known now; only earlier rows may have to be judged anew
                earlier = table in FACTS_FROM or bool(self.manifest.tables.get(table))
                of_days = days if earlier and table == "trade" else None
                self._settle(table, self.facts, anew=first_clients and earlier, days=of_days)
        for state in self.files:
            if not state.rejected and state.plan is not None:
                state.findings += broken_balances(state.plan, list(balances[state.number]))
        for table, settled in self.settled.items():
            for number, copied in settled.copied.items():
                beside = [self.files[n].source for n in copied.beside]
                self.files[number].findings.append(copies(self.files[number].source, table, copied, beside))
        self._workers.close()

    def _tables(self) -> list[str]:
        return sorted({s.table for f in self.files for d in f.done for s in d.segments})

    def _fresh_of(self, state: FileState) -> list[Part]:
        segments = tuple(s for d in sorted(state.done, key=lambda d: d.number) for s in d.segments)
        return self.store.parts_of(self.manifest.next_drop, str(self.folder), segments)

    def fresh(self, table: str) -> list[Part]:
        """Return the parts this drop brings to a table."""
        return [
            p for f in self.files if not f.rejected for p in self._fresh_of(f) if p.segment.table == table
        ]

    def _settle(
        self, name: str, facts: Facts, *, anew: bool = False, days: tuple[int, int] | None = None
    ) -> None:
        """Decide what holds of one table; a file whose rows contradict each other is refused, and the rest settled again."""
        while True:
            fresh = self.fresh(name)
            settled = settle(
                self.store, TABLES[name], self.manifest.tables.get(name, ()), fresh, self.manifest.patches.get(name),
                facts, self.derived, anew=anew, spread=self._workers.spread, days=days,
                feed=self.request.feed,
            )  # fmt: skip
            if not settled.conflicts:
                self.settled[name] = settled
                return
            for file, line in settled.conflicts.items():
                rule, key = check("conflicting_key"), ", ".join(TABLES[name].key)
                refused = InputRejected(rule.name, rule.said, line=line, column=key, next_=rule.next_)
                self._reject(self.files[file], refused)

    def _next_state(self, drops: tuple[DropEntry, ...]) -> Manifest:
        return settled_state(self.manifest, self.settled, drops=drops)

    def _balances(self, state: FileState) -> Iterator[tuple[Ints, Ints]]:
        """Begin to look for balances that don't follow from their movements."""
        parts = [p for p in self._fresh_of(state) if not p.segment.pending]
        files = [(p.segment.table, str(self.store.home / p.source)) for p in parts]
        stated = {c for t in state.plan.targets for c in t.columns} if state.plan else set()
        rows = sum(p.segment.rows for p in parts)
        work = stretches(files, rows, cash="cash_after" in stated, quantity="quantity_after" in stated)
        return self._workers.spread(breaks_in, work)

    def findings(self) -> pa.Table:
        """Return the findings about the mapping, whole files, columns and balances."""
        rows = self.odd_entries + [r for f in self.files for r in f.findings]
        return pa.Table.from_pylist(rows, FINDING)

    def commit(self) -> None:
        """Write the drop's findings and record, and make the next state hold."""
        number = self.manifest.next_drop
        folder = f"drops/{number:06d}-{self.identity[:12]}"
        write_table(self.folder / "findings.parquet", self.findings())
        self._remove_leftovers()
        write_whole(self.folder / "drop.json", as_json(self._record()))
        flush(self.folder)
        entry = DropEntry(
            number,
            self.identity,
            self.request.drop.name,
            self.request.feed,
            folder,
            sha256_of(self.folder / "drop.json"),
        )
        state = f"derived/{self.manifest.state + 1:08d}"
        places = {str(self.folder): folder, str(self.derived): state}
        manifest = settled_state(
            self.manifest, self.settled, places, next_drop=number + 1, drops=(*self.manifest.drops, entry)
        )
        home = self.store.home
        manifest = compact(home, manifest, self.derived, state)
        self.store.commit(manifest, {self.folder: home / folder, self.derived: home / state})

    def _remove_leftovers(self) -> None:
        """Remove what refused files and repeated readings left behind."""
        wanted = {n for f in self.files for d in f.done for s in d.segments for n in (s.path, s.index)}
        wanted |= {d.findings for f in self.files for d in f.done if d.findings} | {"findings.parquet"}
        for path in self.folder.iterdir():
            if path.name not in wanted:
                path.unlink()

    def _record(self) -> dict[str, Any]:
        names = sorted(p.name for p in self.folder.glob("findings*.parquet"))
        return {
            "id": self.identity,
            "number": self.manifest.next_drop,
            "feed": self.request.feed,
            "mapping": self.layers.sha256,
            "delivered": [{"file": d.name, "size": d.size, "sha256": d.sha256} for d in self.delivered],
            "findings": {n: sha256_of(self.folder / n) for n in names},
            "report": self.report().to_json(),
        }

    def report(self) -> Report:
        """Say what became of the drop."""
        counts: dict[str, int] = {s.value: 0 for s in Severity}
        for row in self.findings().to_pylist():
            counts[row["severity"]] += 1
        for state in self.files:
            for done in state.done:
                for severity, n in done.severities.items():
                    counts[severity] += n
        return Report(
            self.identity,
            self.manifest.next_drop,
            self.request.drop.name,
            self.request.feed,
            tuple(file_report(f) for f in self.files),
            table_reports(self.files, self.settled, self.manifest.next_drop),
            counts,
            reconciled=sum(s.reconciled for s in self.settled.values()),
            dry_run=self.request.dry_run,
            notes=self.layers.notes,
        )
