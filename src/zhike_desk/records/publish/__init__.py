"""Loading a generation into a book of its own, and moving the pointer to it."""
