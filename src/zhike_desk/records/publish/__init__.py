"""Loading a generation into a book of its own, and moving the pointer to it.

`publishing` (the order of it) · `loading` (which table from what) · `working` (who prepares rows) · `definitions` (tables as SQL) ·
`sqlite_book`, `postgres_book` (writing) · `summary` (counts). Rows themselves are made in `records.rows`.
"""

from zhike_desk.records.publish.publishing import publish, readable

__all__ = ["publish", "readable"]
