"""Ctrl/⌘K: clients, pages, acts by one field; and taking an act back."""
