"""From a folder of files to the clients who need a call, and why: `python examples/first_morning.py FOLDER [HOME]`."""

import sys
import tempfile
from datetime import date
from pathlib import Path

import pyarrow.parquet as pq

from zhike.datacentre.ingest import ingest
from zhike.datacentre.request import Request
from zhike.engine import EngineSettings
from zhike.run import run_night


def calls(folder: Path, home: Path, today: date) -> list[str]:
    """Take the files in, run a night, read its proposals: what must be done first, then by due date."""
    ingest(home, Request(folder, today))
    generation = run_night(home, None, EngineSettings()).published.generation
    proposals = pq.read_table(generation.files("proposal")).to_pylist()
    names = {c["client_id"]: c["name"] for c in pq.read_table(generation.files("client_card")).to_pylist()}
    proposals.sort(key=lambda p: (not p["must_do"], p["due_on"], p["client_id"]))
    return [f"{p['due_on']} {p['client_id']} {names[p['client_id']]} {p['reason']}" for p in proposals]


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as aside:
        home = Path(sys.argv[2] if len(sys.argv) > 2 else aside)
        print(*calls(Path(sys.argv[1]), home, date.today()), sep="\n")
