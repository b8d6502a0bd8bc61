"""The one door to the machinery underneath: every table is read, built and written through here.

`Engine` (session) opens and queries tables, `parquet` writes and reads stored files with checksums, `durable` makes
files that survive a crash. DuckDB is the embedded engine; no other room names it.
"""

from zhike.engine.session import Engine, EngineSettings

__all__ = ["Engine", "EngineSettings"]
