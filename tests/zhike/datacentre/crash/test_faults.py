"""EIO and ENOSPC at every write, fsync, rename, link …: success or a clean refusal, never half a state."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from crashing.trials import Range, Tally, refuse_everywhere, sample
from crashing.yard import Scene, seen

SCENES = (
    "first drop",
    "second drop",
    "packed drop",
    "undo",
    "undo of clients",
    "closing drop",
    "undo in a closed month",
)

MANY = 64  # of the system calls of a scene: every rare one, and of the hundreds of writes as many as fit


@pytest.mark.usefixtures("strace")
@pytest.mark.timeout(180)
def test_a_refused_system_call_ends_in_success_or_a_clean_error(
    ground: Range, yard: dict[str, Scene]
) -> None:
    tally = Tally()
    for seed, name in enumerate(SCENES):
        refuse_everywhere(ground, yard[name], tally, sample(ground.points(yard[name]), 4, seed))
    print(tally)
    assert tally.broken == []
    assert tally.struck.total() >= 16


@pytest.mark.slow
@pytest.mark.usefixtures("strace")
@pytest.mark.timeout(3600)
def test_a_refusal_at_every_kind_of_call(ground: Range, yard: dict[str, Scene]) -> None:
    tally = Tally()
    for name in SCENES:
        refuse_everywhere(ground, yard[name], tally, sample(ground.points(yard[name]), MANY, 1))
    print(tally)
    assert tally.broken == []
    assert tally.struck.total() >= 100


@pytest.mark.usefixtures("strace")
@pytest.mark.timeout(120)
@pytest.mark.parametrize(
    "inject", ["fsync:error=EIO:when=5", "rename:error=ENOSPC:when=2", "mkdir:error=EIO:when=3"]
)
def test_the_command_line_says_what_where_and_what_next_and_ends_with_3(
    inject: str, yard: dict[str, Scene], tmp_path: Path
) -> None:
    scene = yard["second drop"]
    home = scene.home(tmp_path / "home")
    call = inject.partition(":")[0]
    command = [
        "strace", "-f", "-qq", "-o", os.devnull, "-e", f"trace={call}", "-e", f"inject={inject}", sys.executable,
        "-c", "import sys; from zhike.cli import main; sys.exit(main(sys.argv[1:]))",
        "--home", str(home), "--lang", "en", "ingest", str(scene.deed.folder), "--as-of", "2025-04-30",
    ]  # fmt: skip
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
    done = subprocess.run(command, check=False, capture_output=True, text=True, env=env)
    assert done.returncode == 3, done.stderr
    assert "The system refused" in done.stderr
    assert "Next: " in done.stderr
    assert "Traceback" not in done.stderr
    assert seen(home) in (scene.before, scene.after)


# Planted faults: what this harness must find.


@pytest.mark.usefixtures("strace")
@pytest.mark.parametrize(
    ("spoilt", "scene", "kind"),
    [("swallowed", "second drop", "lost"), ("unguarded", "undo", "unclean")],
)
def test_a_store_that_hides_or_mishandles_refusals_is_found_out(
    ground: Range, yard: dict[str, Scene], spoilt: str, scene: str, kind: str
) -> None:
    points = [p for p in ground.points(yard[scene]) if p[0] in ("fsync", "rename")]
    tally = Tally()
    refuse_everywhere(replace(ground, spoilt=spoilt), yard[scene], tally, points[-6:])
    assert tally.wrong[kind]
