"""The page of parts: every piece that pages are built of, as it looks, with the lines that make it."""
