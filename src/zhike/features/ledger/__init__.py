"""The ledger: one pass over each client's events, in order of time (docs/methods/ledger.md)."""

from zhike.features.ledger.book import Book
from zhike.features.ledger.results import BARE, READS, Ledger, ledger_of

__all__ = ["BARE", "READS", "Book", "Ledger", "ledger_of"]
