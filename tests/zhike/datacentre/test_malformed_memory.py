"""Monsters are refused in small memory: a line, a header, a cell or a record without end never comes in whole."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from fixtures.malformed_make import CSV

HEADER = b"client_id,kind,name\nC1,individual,"
MB = 1 << 20
# Runs in a process of its own, so that what other tests used doesn't count: a small drop first, then one monster each.
SCRIPT = """
import json, resource, sys
from datetime import date
from pathlib import Path
from zhike.datacentre.ingest import Request, ingest
def used():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
home, small, *monsters = map(Path, sys.argv[1:])
ingest(home, Request(small, date(2025, 12, 31)))
told = []
for monster in monsters:
    before = used()
    report = ingest(home, Request(monster, date(2025, 12, 31)))
    told.append([monster.name, report.files[0].rejected["check"], used() - before])
print(json.dumps(told))
"""


def test_monsters_are_refused_within_64_mb_of_memory(tmp_path: Path) -> None:
    write(tmp_path / "small" / "trade.csv", [CSV])
    monsters = {
        "line of 160 MB": [HEADER, *[b"x" * MB] * 160],
        "header of a million columns": [b",".join(b"c%d" % i for i in range(10**6)), b"\n"],
        "cell of a million characters": [HEADER, b"x" * 10**6, b"\n"],
        "cell of 160 MB in lines": [HEADER, b'"', *[(b"x" * 63 + b"\n") * (MB // 64)] * 160, b'"\n'],
        "NULs": [HEADER, *[bytes(MB)] * 160],
        "UTF-16": ["a,b\n".encode("utf-16"), *[b"a\0" * (MB // 2)] * 160],
    }
    for name, pieces in monsters.items():
        write(tmp_path / name / "client.csv", pieces)
    told = run(tmp_path, [tmp_path / name for name in monsters])
    assert {name: check for name, check, _ in told} == {
        "line of 160 MB": "line_too_long",
        "header of a million columns": "line_too_long",
        "cell of a million characters": "line_too_long",
        "cell of 160 MB in lines": "cell_too_long",
        "NULs": "nul_byte",
        "UTF-16": "bad_encoding",
    }
    assert {name: kb for name, _, kb in told if kb > 64 * 1024} == {}


def write(path: Path, pieces: list[bytes]) -> None:
    path.parent.mkdir()
    with path.open("wb") as out:
        out.writelines(pieces)


def run(folder: Path, monsters: list[Path]) -> list[tuple[str, str, int]]:
    arguments = [folder / "home", folder / "small", *monsters]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, *map(str, arguments)], capture_output=True, env=environment, check=True
    )
    told: list[tuple[str, str, int]] = json.loads(done.stdout)
    return told
