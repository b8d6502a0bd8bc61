"""Loading a generation into a book of its own, and moving the pointer to it.

`publishing` (the order of it) · `loading` (which table from what) · `home` (reading the generation and the store) · `clients`,
`facts`, `tokens`, `names` (rows) · `definitions` (tables as SQL) · `sqlite_book`, `postgres_book` (writing) · `summary` (counts).
"""

from zhike_desk.records.publish.publishing import publish

__all__ = ["publish"]
