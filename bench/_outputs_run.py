"""One contender of bench/outputs.py in a process of its own: its outputs into a file, what it took onto the screen as JSON.

    python bench/_outputs_run.py CONTENDER FOLDER FILE

Wall and CPU seconds (user and system, all threads) are of the work alone, after imports and after compiled loops are
loaded; both are got ready once a night, not once a bucket. Peak memory is the whole process's.
"""

from __future__ import annotations

import importlib
import json
import resource
import sys
import time
from pathlib import Path

import pyarrow.parquet as pq
from _outputs_data import Data

MODULES = {
    "scan": "_outputs_scan", "sql": "_outputs_sql", "polars": "_outputs_polars", "pandas": "_outputs_pandas",
    "loop": "_outputs_fold", "ours": "_outputs_ours",
}  # fmt: skip


def cpu() -> float:
    """Return the CPU seconds of this process and of those it started."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(u.ru_utime + u.ru_stime for u in used)


def peak() -> int:
    """Return the most memory this process held, in bytes; getrusage would count what its parent held before it."""
    status = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM"))


def main(contender: str, folder: str, file: str) -> int:
    """Run a contender once."""
    module, data = importlib.import_module(MODULES[contender]), Data(Path(folder))
    if hasattr(module, "warm"):
        module.warm(data)
    wall, before = time.perf_counter(), cpu()
    found = module.outputs(data)
    took = {"wall": time.perf_counter() - wall, "cpu": cpu() - before, "peak": peak()}
    if found is not None:
        pq.write_table(found, file)
    print(json.dumps(took))
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
