"""Make a day's close of every asset from prices at any time of the day: the last price of the day.

python daily_quotes.py marketprices.csv.gz quote.csv
"""

from __future__ import annotations

import csv
import gzip
import sys
from pathlib import Path


def daily_quotes(prices: Path, target: Path) -> int:
    """Write date, security_id, close from asset, datetime, price (gzip, any order); return how many days × assets."""
    last: dict[tuple[str, str], tuple[str, str]] = {}
    with gzip.open(prices, "rt", encoding="utf-8", newline="") as source:
        for row in csv.DictReader(source):
            day = row["datetime"][:10], row["asset"]
            seen = row["datetime"], row["price"]
            if day not in last or seen[0] >= last[day][0]:
                last[day] = seen
    with target.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(("date", "security_id", "close"))
        writer.writerows((*day, last[day][1]) for day in sorted(last))
    return len(last)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        raise SystemExit("usage: python daily_quotes.py marketprices.csv.gz quote.csv")
    print(f"{daily_quotes(Path(sys.argv[1]), Path(sys.argv[2])):,} closes written to {sys.argv[2]}")
