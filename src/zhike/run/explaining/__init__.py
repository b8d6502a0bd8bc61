"""Explanations: from a published number down to the delivered rows it came from, in words.

`explain_client` tells who a client is, by which logic and at which stage, and what is proposed; `explain_measure` walks from
one measure down to file and line; `explain_table` does so for a published table. `published_phases` is what the report reads.
"""

from zhike.run.explaining.explain import explain, explain_client, explain_measure, explain_table
from zhike.run.explaining.told import (  # fmt: skip
    Asked,
    ClientTold,
    Delivered,
    LogicTold,
    MeasureTold,
    Origin,
    Row,
    TableTold,
    Trait,
)

__all__ = [
    "Asked",
    "ClientTold",
    "Delivered",
    "LogicTold",
    "MeasureTold",
    "Origin",
    "Row",
    "TableTold",
    "Trait",
    "explain",
    "explain_client",
    "explain_measure",
    "explain_table",
]
