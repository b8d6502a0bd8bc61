"""A generation: one night's published result, all of it or none.

    inputs = Inputs.gather(home, settings)                 # which state, which code, which settings
    with Draft(home, inputs, as_of) as draft:              # the only writer; swept of what a killed run left
        draft.write("market_state", rows)                  # a whole table at once …
        with draft.writer("measure") as measures:          # … or piece by piece …
            for rows in buckets:
                measures.append(rows)
        slot = draft.part("asset_series", "0000-0255")     # … or by several processes, each a file of its own:
        draft.adopt(write_part(slot, rows))                #     write_part runs in the worker, adopt in this process
        done = draft.publish()                             # nothing is seen before, everything after
    done.generation.files("logic"), done.unchanged, done.changed

`as_of` is filled in where rows don't have it. Every piece is checked against the table's definition as it comes; what
breaks it raises BrokenPromise. Readers never lock: `Generation.latest(home)` follows the pointer to whole generations only.

`inputs` (what a run follows from) · `promises` (rows against definitions) · `content` (hashes of rows, whatever the files) ·
`parts` (one file of one table) · `draft` (building and publishing) · `manifest` (what a generation says of itself, and the
pointer) · `published` (reading) · `transition` (moves between two generations).
"""

from zhike.datacentre.generation.draft import Draft, Published
from zhike.datacentre.generation.inputs import Inputs
from zhike.datacentre.generation.parts import Part, Slot, write_part
from zhike.datacentre.generation.published import Generation
from zhike.datacentre.generation.transition import merged, transitions

__all__ = [
    "Draft",
    "Generation",
    "Inputs",
    "Part",
    "Published",
    "Slot",
    "merged",
    "transitions",
    "write_part",
]
