"""What the events say: the market's state, each client's ledger, each client's measures."""
