"""How many real header rows are recognised, and how many of their columns go to the right place.

Prints, for each labelled set, the kinds recognised and the homed columns right, wrong and asked. These are regression
figures: the sets were learnt from after their first look (docs/methods/mapping.md has the first looks). The 34 headers
of the real data are read where ZHIKE_REAL_DATA names its folder.

    python bench/headers.py
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from zhike.datacentre.mapping import recognise

LABELS = Path(__file__).parent.parent / "tests" / "zhike" / "datacentre" / "mapping"
Case = tuple[list[str], dict[str, Any]]


def sets() -> Iterator[tuple[str, list[Case]]]:
    """Yield the labelled sets by name."""
    real = os.environ.get("ZHIKE_REAL_DATA")
    if real:
        headers = json.loads((Path(real) / "statements" / "headers.json").read_text("utf-8"))
        answers = json.loads((LABELS / "answers.json").read_text("utf-8"))
        yield "given", [(h["columns"], a) for h, a in zip(headers, answers, strict=True)]
    for path in sorted(LABELS.glob("*headers*.json")):
        cases = json.loads(path.read_text("utf-8"))
        yield path.stem, [(c.get("header") or list(c["columns"]), c) for c in cases]


def figures(cases: list[Case]) -> tuple[int, int, int, int, int]:
    """Return kinds recognised, columns that have a home, of these right, columns wrong, columns asked about."""
    kinds = homes = right = wrong = asked = 0
    for header, answer in cases:
        found = recognise(header, [], answer.get("path", "export.xls"))
        kinds += (found.kind, found.table) == (answer["kind"], answer["table"])
        asked += len(found.unsure)
        for name, wanted in answer["columns"].items():
            got = found.columns[name]
            homes += wanted is not None
            right += wanted is not None and got == wanted
            wrong += got is not None and got != wanted
    return kinds, homes, right, wrong, asked


def main() -> int:
    """Print the figures; return 1 where one of the sets falls below the promise (98 % right, none wrong, all kinds)."""
    print(f"{'set':16}{'rows':>6}{'kinds':>7}{'homes':>7}{'right':>7}{'wrong':>7}{'asked':>7}")
    kept = True
    for name, cases in sets():
        kinds, homes, right, wrong, asked = figures(cases)
        print(f"{name:16}{len(cases):6}{kinds:7}{homes:7}{right:7}{wrong:7}{asked:7}")
        kept &= kinds == len(cases) and right >= 0.98 * homes and wrong == 0
    return 0 if kept else 1


if __name__ == "__main__":
    raise SystemExit(main())
