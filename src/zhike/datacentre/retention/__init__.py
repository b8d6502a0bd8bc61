"""How long what is no longer needed is kept: by a setting, told before and after, never in silence.

    keep = Keep(generations=30, raw_days=400)              # zhike.toml, section [keep]
    found = due(home, keep, now)                           # what is past the limits: looked at, nothing touched
    done = retire(home, keep, now, raw=True)               # removed; a record of each removal stays in retired/
    retired_drops(home)                                    # drops whose delivered bytes were removed so

Generations go with the night that publishes a newer one; delivered bytes only when somebody says so (`zhike retire --yes`).
The state that holds, its segments and records, the newest generation and the one its moves are counted from never go.

Limits: `zhike.datacentre.limits`. `past` (what is past them) · `removal` (doing it). Records: `zhike.datacentre.store.retired`.
"""

from zhike.datacentre.limits import Keep
from zhike.datacentre.retention.past import Due, OldDrop, OldGeneration, due
from zhike.datacentre.retention.removal import Lost, lost, retire, retired_drops

__all__ = ["Due", "Keep", "Lost", "OldDrop", "OldGeneration", "due", "lost", "retire", "retired_drops"]
