"""Backups, and what must outlive them.

`tables` (the database's rows, copied and hashed table by table) · `backup` (everything of a home in one folder, with the hash of
each file) · `restoring` (a home made from it, checked before anybody sees it). Who was erased stays erased: `records.tombstones`.
"""
