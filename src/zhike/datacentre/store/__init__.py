"""The store: what was delivered is kept for ever; what holds now follows from it.

`identity` (keys and their hashes) · `segments` (immutable files of accepted rows) · `manifest` (whole states and the
pointer between them) · `liveness` (which delivered row of a key holds) · `house` (opening, committing, undoing).
"""
