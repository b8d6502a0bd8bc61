"""What a generation's rows become in the book: Arrow in, Arrow out, without a database, so that other processes can do it.

`source` (reading the generation and the store) · `clients`, `facts`, `ties`, `cells`, `tokens` (rows) · `names` (how they are
read aloud) · `preparing` (what a worker does).
"""
