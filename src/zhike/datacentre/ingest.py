"""The way in: a drop of files becomes a new state, all of it or none. Every line is accounted for.

take in (raw bytes kept) → recognise → read and check (in worker processes) → decide what is new → commit.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

from zhike.base.errors import UsageError
from zhike.base.text import say
from zhike.datacentre.batch import Batch
from zhike.datacentre.checks.facts import FACTS_FROM
from zhike.datacentre.delivery import Known, files_of, name_in
from zhike.datacentre.drops import identity_of
from zhike.datacentre.layering import MAPPING, Layers, changed_since, read_layers
from zhike.datacentre.mapping import Overrides
from zhike.datacentre.readers.intake import Intake, Taken
from zhike.datacentre.recognising import Opened, Refused, open_file
from zhike.datacentre.report import Report
from zhike.datacentre.request import Request
from zhike.datacentre.standing import came_in, counts
from zhike.datacentre.store.house import Store
from zhike.datacentre.store.manifest import DropEntry, Manifest
from zhike.datacentre.tasks import Workers
from zhike.engine.durable import make_folder, system_refusals

# These are read first: what they say is needed to check the others.
FIRST = FACTS_FROM
CLIENTS = "client"
Progress = Callable[[str, int, int], None]


def ingest(
    home: Path,
    request: Request,
    progress: Progress | None = None,
    known: Known | None = None,
    look: Callable[[Batch], None] | None = None,
) -> Report:
    """Take a drop in; return what became of every file.

    `known`: of the same home folder and drop, where hashing has begun already (not for a dry run, which keeps nothing).
    `look` is given the batch before it is committed, or thrown away after a dry run.

    Raises UsageError where the drop or its mapping.toml can't be used, StoreError where the home folder can't.
    Nothing changes unless all of it succeeds; a drop that was ingested before changes nothing.
    """
    _refuse_absent(request.drop)
    with (
        _workplace(home, request) as (store, manifest, raw),
        Workers(request.settings.threads) as workers,
        closing(known or Known(raw, request.drop)) as kept,
        Intake(raw, make_folder((stage := store.stage()) / "taken"), kept) as intake,
    ):
        taken = [_take(intake, kept, workers, request.drop, path) for path in files_of(request.drop)]
        identity = identity_of([t.delivered for t in taken], request.feed)
        earlier = next((d for d in manifest.drops if d.id == identity), None)
        layers = read_layers(home, request)
        if earlier is not None:
            differing = changed_since(layers, earlier, store.record(earlier))
            layers = replace(layers, notes=layers.notes + differing)
        if earlier is not None and not request.dry_run:
            intake.settle()
            return _repeated(store, manifest, earlier, layers)
        batch = Batch(store, stage, manifest, request, identity, taken, workers, progress or _silent)
        _read(batch, taken, layers)
        intake.settle()
        if look is not None:
            look(batch)
        if not request.dry_run:
            batch.commit()
        return batch.report()


def _read(batch: Batch, taken: list[Taken], layers: Layers) -> None:
    """Read what was taken in: clients, then what else the checks of the others need, then the others; decide what holds."""
    opened = [o for i, t in enumerate(taken) for o in _opened(t, layers.both, batch.work / str(i))]
    batch.open(opened, layers)
    batch.read(lambda table: table == CLIENTS)
    batch.learn((CLIENTS,))
    batch.read(lambda table: table in FIRST and table != CLIENTS)
    batch.learn()
    batch.read(lambda table: table not in FIRST)
    batch.settle()


def _repeated(store: Store, manifest: Manifest, known: DropEntry, layers: Layers) -> Report:
    """Report a drop that was delivered again, as it stands now."""
    moved, found = came_in(manifest, known.number), counts(store, manifest, known)
    return Report.repeated(known, store.record(known), moved, found, layers.notes)


def _take(intake: Intake, known: Known, workers: Workers, drop: Path, path: Path) -> Taken:
    """Take one file in, waking the workers early where there will be work for them."""
    if not path.is_symlink() and not known.may_hold(path):
        workers.warm(path.stat().st_size)
    return intake.take(path, name_in(drop, path))


def _opened(taken: Taken, own: Overrides, work: Path) -> Iterator[Opened | Refused]:
    """Open one file of the drop; its mapping file is none of the data."""
    return iter(()) if taken.delivered.name == MAPPING else open_file(taken, own, work)


def _silent(step: str, done: int, total: int) -> None:
    """Report no progress."""


def _refuse_absent(drop: Path) -> None:
    if not drop.exists():
        raise UsageError(
            say(f"找不到 {drop.name}。", f"There is no {drop.name}."),
            where=str(drop),
            next_=say("请给出一个目录或文件。", "Name a folder or a file."),
        )
    if not files_of(drop):
        raise UsageError(
            say("目录里没有文件。", "The folder holds no files."),
            where=str(drop),
            next_=say("请放入要导入的文件。", "Put the files to ingest into it."),
        )


@contextmanager
def _workplace(home: Path, request: Request) -> Iterator[tuple[Store, Manifest, Path]]:
    """Give the store, its state and the folder that takes raw bytes; a dry run touches nothing but a temporary folder."""
    store = Store(home)
    if not request.dry_run:
        with store.writing() as manifest:
            yield store, manifest, store.raw
        return
    with system_refusals(home), tempfile.TemporaryDirectory(prefix="zhike-dry-") as folder:
        trial = Store(Path(folder))
        yield TrialStore(trial.home, home), store.manifest(), trial.raw


class TrialStore(Store):
    """A store that reads from one home folder and writes to another, thrown away after a dry run."""

    def __init__(self, scratch: Path, home: Path) -> None:
        super().__init__(home)
        self._scratch = scratch

    @property
    def staging(self) -> Path:
        """Return the scratch folder."""
        return self._scratch / "staging"
