"""Who prepares a publication's rows: this process where there are few, else others beside it, while this one writes."""

from __future__ import annotations

import multiprocessing
import os
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from pathlib import Path

from zhike_desk.records.rows import preparing
from zhike_desk.records.rows.preparing import Ground, Prepared

ALONE = 50_000
"""Clients up to whom starting other processes costs more than it saves."""
_AHEAD = 2
_MOST = 4

Work = tuple[str, tuple[int, int] | Path]


def prepared(ground: Ground, works: Iterable[Work], clients: int) -> Iterator[Prepared]:
    """Yield what is prepared, in the order of `works`; a few pieces are under way while one is being written."""
    workers = min(os.cpu_count() or 1, _MOST)
    if clients <= ALONE or workers == 1:
        yield from (getattr(ground, what)(of) for what, of in works)
        return
    generation = ground.source.generation
    with ProcessPoolExecutor(
        workers,
        mp_context=multiprocessing.get_context("spawn"),
        initializer=preparing.begin,
        initargs=(ground.source.home, generation.id, ground.key),
    ) as pool:
        under_way: deque[Future[Prepared]] = deque()
        for what, of in works:
            under_way.append(pool.submit(preparing.do, what, of))
            if len(under_way) > workers + _AHEAD:
                yield under_way.popleft().result()
        while under_way:
            yield under_way.popleft().result()
