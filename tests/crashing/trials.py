"""One trial: a home, a deed, a strike in the midst of it; then what a reader sees, and whether doing it again mends all."""

from __future__ import annotations

import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from crashing import forks, tracing
from crashing.disk import Disk
from crashing.forks import Forks, watched
from crashing.yard import Deed, Scene, picture, seen, visit

Strike = Callable[[int], None]
WRONG = ("lost", "partial", "mixed", "unconverged", "unclean")


@dataclass(slots=True)
class Tally:
    """What became of the trials: how many of each kind, how many really struck, and everything that went wrong."""

    trials: Counter[str] = field(default_factory=Counter)
    struck: Counter[str] = field(default_factory=Counter)
    readings: int = 0
    wrong: dict[str, list[str]] = field(default_factory=lambda: {w: [] for w in WRONG})

    def enter(self, kind: str, *, struck: bool) -> None:
        """Count a trial; `struck`: the deed didn't end as if nothing had been."""
        self.trials[kind] += 1
        self.struck[kind] += struck

    @property
    def broken(self) -> list[str]:
        """List everything that went wrong."""
        return [f"{kind}: {what}" for kind, listed in self.wrong.items() for what in listed]

    def __str__(self) -> str:
        """Return the figures as a few lines."""
        kinds = [f"  {k:32} {self.trials[k]:5} trials {self.struck[k]:5} struck" for k in sorted(self.trials)]
        sums = ", ".join(f"{len(self.wrong[w])} {w}" for w in WRONG)
        return "\n".join(
            [
                "",
                *kinds,
                f"  {self.struck.total()} struck of {self.trials.total()}; {self.readings} readings meanwhile: {sums}",
            ]
        )


def killed_at(call: str, number: int) -> Strike:
    """Return a strike that kills the child as it enters a system call for the n-th time."""
    return _injected(f"{call}:signal=KILL:when={number}")


def refused_at(call: str, number: int, error: str, *, for_good: bool = False) -> Strike:
    """Return a strike that has the system refuse the n-th such call (`for_good`: and all after it)."""
    return _injected(f"{call}:error={error}:when={number}{'+' if for_good else ''}")


def _injected(inject: str) -> Strike:
    def strike(pid: int) -> None:
        with tracing.Trace(pid, inject=inject):
            pass

    return strike


def killed_after(seconds: float) -> Strike:
    """Return a strike that kills the child after a time."""

    def strike(pid: int) -> None:
        os.kill(pid, signal.SIGCONT)
        time.sleep(seconds)
        os.kill(pid, signal.SIGKILL)

    return strike


def undisturbed(pid: int) -> None:
    """Let the child do its work."""
    os.kill(pid, signal.SIGCONT)


def watched_calls(server: Forks, scene: Scene, place: Path, spoilt: str = "") -> list[tracing.Call]:
    """Return the system calls of an undisturbed run that change the home."""
    home = scene.home(place / "home")
    pid = server.begin("do", home, spoilt=spoilt, **scene.deed.asked)
    with tracing.Trace(pid, log=place / "calls") as trace:
        pass
    assert server.end(pid) == forks.DONE
    return trace.calls()


def sample(points: Sequence[tuple[str, int]], count: int, seed: int) -> list[tuple[str, int]]:
    """Choose points, the same for a seed, going round the kinds of calls so that the rare ones are among them."""
    dice = random.Random(seed)
    by_kind = {k: [p for p in points if p[0] == k] for k in sorted({p[0] for p in points})}
    for listed in by_kind.values():
        dice.shuffle(listed)
    rounds = [listed[i] for i in range(len(points)) for listed in by_kind.values() if i < len(listed)]
    return rounds[:count]


@dataclass(frozen=True, slots=True)
class Range:
    """Where trials are made: the forking process, a folder for notes, the home's place, a way to spoil the store."""

    server: Forks
    place: Path
    home: Path
    spoilt: str = ""

    def points(self, scene: Scene, spoilt: str = "") -> list[tuple[str, int]]:
        """Return where the scene's deed, undisturbed, makes a system call that changes the home."""
        return tracing.points(watched_calls(self.server, scene, self.place, spoilt), self.home)

    def run(
        self,
        tally: Tally,
        scene: Scene,
        kind: str,
        strike: Strike,
        *,
        kills: bool,
        relief: Callable[[], None] = lambda: None,
    ) -> None:
        """Make one trial and enter it in the tally; `relief` comes before the deed is done again."""
        home, notes, errors = scene.home(self.home), self.place / "notes", self.place / "errors"
        deed = {**scene.deed.asked, "spoilt": self.spoilt}
        with watched(self.server, home, notes):
            pid = self.server.begin("do", home, errors=str(errors), **deed)
            strike(pid)
            code = self.server.end(pid)
            now = look(home)
            relief()
            again = self.server.run("do", home, errors=str(self.place / "again"), **deed)
        name = f"{scene.name}, {kind}"
        tally.enter(f"{kind.split()[0]} {'kill' if kills else 'fault'}", struck=code != forks.DONE)
        self._judge(tally, scene, name, code, now, kills=kills)
        self._judge_again(tally, scene, name, again, now)
        readings, torn = noted(notes, {scene.before, scene.after})
        tally.readings += readings
        tally.wrong["mixed"] += [f"{name}: a reader saw {t}" for t in torn]

    def _judge(self, tally: Tally, scene: Scene, name: str, code: int, now: str, *, kills: bool) -> None:
        if now not in (scene.before, scene.after):
            tally.wrong["partial"].append(f"{name}: {now}")
        if code == forks.DONE and now != scene.after:
            tally.wrong["lost"].append(f"{name}: success was told, and the state is not there")
        said = (self.place / "errors").read_text(errors="replace")
        if (
            code not in ((forks.DONE, -signal.SIGKILL) if kills else (forks.DONE, forks.STORE))
            or "Traceback" in said
        ):
            tally.wrong["unclean"].append(f"{name}: exit code {code}, {said[-1500:]}")

    def _judge_again(self, tally: Tally, scene: Scene, name: str, code: int, now: str) -> None:
        taken_back = bool(scene.deed.number) and now == scene.after and code == forks.USAGE
        if code != forks.DONE and not taken_back:
            said = (self.place / "again").read_text(errors="replace")
            tally.wrong["unconverged"].append(f"{name}: done again, it ends with {code}: {said[-1500:]}")
            return
        if taken_back:  # nothing was done again, so nothing was swept: the next writer does
            visit(self.home)
        found, wanted = picture(self.home), scene.again if now == scene.after else scene.final
        odd = sorted(n for n in {*found, *wanted} if found.get(n) != wanted.get(n))
        if odd or look(self.home) != scene.after:
            tally.wrong["unconverged"].append(f"{name}: done again, not the same: {odd[:9]}")


def look(home: Path) -> str:
    """Return what a reader sees, or how it fails."""
    try:
        return seen(home)
    except Exception as error:  # a torn state shows in many ways
        return f"{type(error).__name__}: {error}"


def readings(
    server: Forks, scene: Scene, place: Path, deeds: Iterable[Deed], spoilt: str = ""
) -> tuple[int, list[str], int]:
    """Do deed after deed while another process reads; return its readings, torn ones, and whole states that there were."""
    home, notes, whole = scene.home(place / "home"), place / "notes", {scene.before}
    with watched(server, home, notes):
        for deed in deeds:
            assert server.run("do", home, spoilt=spoilt, **deed.asked) == forks.DONE
            whole.add(look(home))
    return *noted(notes, whole), len(whole)


def noted(notes: Path, whole: set[str]) -> tuple[int, list[str]]:
    """Return how often the other process read the home, and what it saw that is no whole state."""
    *lines, last = notes.read_text().splitlines()
    return int(last.removeprefix("readings ")), [line for line in lines if line not in whole]


def kill_everywhere(ground: Range, scene: Scene, tally: Tally, points: Iterable[tuple[str, int]]) -> None:
    """Kill the deed at each of the points."""
    for call, number in points:
        ground.run(tally, scene, f"{call} {number}", killed_at(call, number), kills=True)


# A full disk refuses what needs room, and goes on refusing; a failing one refuses anything, once.
_NEEDS_ROOM = (
    "write",
    "pwrite64",
    "writev",
    "openat",
    "mkdir",
    "mkdirat",
    "link",
    "linkat",
    "rename",
    "fallocate",
)


def refuse_everywhere(ground: Range, scene: Scene, tally: Tally, points: Iterable[tuple[str, int]]) -> None:
    """Have the system refuse the deed at each of the points: EIO once, ENOSPC once, ENOSPC for good, in turn."""
    ways = (("EIO", False), ("ENOSPC", False), ("ENOSPC", True))
    for i, (call, number) in enumerate(points):
        error, for_good = ways[i % 3] if call in _NEEDS_ROOM else ways[0]
        kind = f"{call} {number} {error}{'…' if for_good else ''}"
        ground.run(tally, scene, kind, refused_at(call, number, error, for_good=for_good), kills=False)


def kill_at_times(ground: Range, scene: Scene, tally: Tally, count: int, longest: float, seed: int) -> None:
    """Kill the deed after seeded times up to `longest` seconds."""
    dice = random.Random(seed)
    for _ in range(count):
        seconds = dice.uniform(0, longest)
        ground.run(tally, scene, f"timed {seconds * 1000:.0f} ms", killed_after(seconds), kills=True)


def fill(ground: Range, disk: Disk, scene: Scene, tally: Tally, pages: Iterable[int]) -> None:
    """Do the deed on a disk with so many pages of room left, one number after the other."""
    for left in pages:

        def strike(pid: int, left: int = left) -> None:
            disk.leave(left)
            undisturbed(pid)

        ground.run(tally, scene, f"full {left} pages left", strike, kills=False, relief=disk.relieve)
