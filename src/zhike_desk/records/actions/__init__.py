"""Actions: each decides, writes and audits in one transaction, or refuses aloud."""
