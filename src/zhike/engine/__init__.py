"""The one door to the machinery underneath: every table is read, built and written through here.

`Engine` (session) opens and queries tables, `parquet` writes and reads stored files with checksums, `durable` makes
files that survive a crash, `spread` says where independent tasks are done. DuckDB is the embedded engine, Spark (`spark`,
imported only where it is asked for) the distributed one; no other room names them.
"""

from zhike.engine.session import Engine, EngineSettings
from zhike.engine.spread import Spread

__all__ = ["Engine", "EngineSettings", "Spread"]
