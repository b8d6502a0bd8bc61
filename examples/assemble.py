"""Lay out drops from a folder of real data: each source's files with its mapping beside them.

    python examples/assemble.py REAL_DATA TARGET

makes TARGET/market, TARGET/htsec, TARGET/hxsec and TARGET/investors, ready for `zhike ingest … --feed …`.
"""

from __future__ import annotations

import re
import runpy
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent


@dataclass(frozen=True, slots=True)
class Source:
    """One real source: the feed's name, its folder here and in the real data, which files it takes."""

    feed: str
    example: str
    folder: str
    files: tuple[str, ...]


# The market comes first: its days are the calendar that trades are held against.
SOURCES = (
    Source("market", "market_cn", "market_cn", ("[0-9]*.csv", "sse_composite_daily.csv")),
    Source("htsec", "htsec_statement", "statements", ("example-htsec-records.xlsx",)),
    Source("hxsec", "hxsec_statement", "statements", ("example-hxsec-records.xls",)),
    Source("investors", "investors", "investors", ("transactions.csv",)),
)


def assemble(real: Path, target: Path) -> dict[str, Path]:
    """Build every drop below `target`; return feed → folder, in the order to ingest them.

    Raises FileNotFoundError naming the first file that isn't there.
    """
    drops = {}
    for source in SOURCES:
        drop = target / source.feed
        drop.mkdir(parents=True, exist_ok=True)
        for pattern in source.files:
            for path in found(real / source.folder, pattern):
                shutil.copyfile(path, drop / path.name)
        text = (HERE / source.example / "mapping.toml").read_text("utf-8")
        (drop / "mapping.toml").write_text(mapping_for(drop, text), "utf-8")
        drops[source.feed] = drop
    [prices] = found(real / "investors", "marketprices.csv.gz")
    reader = runpy.run_path(str(HERE / "investors" / "daily_quotes.py"))
    reader["daily_quotes"](prices, drops["investors"] / "quote.csv")
    return drops


def mapping_for(drop: Path, text: str) -> str:
    """Return an example's mapping without the lines that leave out what only its own folder holds, such as its notes."""
    left_out = re.compile(r'"(?P<glob>[^"]+)"\s*=\s*"none"')
    lines = text.splitlines(keepends=True)
    return "".join(s for s in lines if not (m := left_out.match(s)) or any(drop.glob(m["glob"])))


def found(folder: Path, pattern: str) -> list[Path]:
    """List the files that match, at least one."""
    paths = sorted(folder.glob(pattern))
    if not paths:
        raise FileNotFoundError(2, "no such file", str(folder / pattern))
    return paths


def main() -> int:
    """Assemble from the command line; say how to go on."""
    if len(sys.argv) != 3:
        print("usage: python examples/assemble.py REAL_DATA TARGET", file=sys.stderr)
        return 2
    try:
        drops = assemble(Path(sys.argv[1]), Path(sys.argv[2]))
    except FileNotFoundError as error:
        print(f"There is no {error.filename}. Next: name the folder of real data.", file=sys.stderr)
        return 2
    for feed, drop in drops.items():
        print(f"zhike ingest {drop} --feed {feed}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
