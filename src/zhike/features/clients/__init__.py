"""The measures of clients: lazy values over what the ledger leaves behind and the tables of the data contract.

`gather` gives figures that stand as lazy pieces, `follow` sums and what is read along clients' days, `assembled` puts the collected
ones together, `estimated` makes measures of them and `told` the rows of `measure` and `measure_detail`. `branchwide` adds what is only known once all clients are. `attribution` takes profit apart.
"""

from zhike.features.clients.attribution import attribution
from zhike.features.clients.branchwide import NEEDED, Among, among, branchwide, share_of
from zhike.features.clients.measuring import MEASURES, estimated, follow, gather, measures
from zhike.features.clients.peers import Peers
from zhike.features.clients.settings import WINDOWS, ClientSettings
from zhike.features.clients.sums import assembled
from zhike.features.clients.telling import Told, told, told_branchwide
from zhike.features.clients.windows import calendar_days

__all__ = [
    "MEASURES",
    "NEEDED",
    "WINDOWS",
    "Among",
    "ClientSettings",
    "Peers",
    "Told",
    "among",
    "assembled",
    "attribution",
    "branchwide",
    "calendar_days",
    "estimated",
    "follow",
    "gather",
    "measures",
    "share_of",
    "told",
    "told_branchwide",
]
