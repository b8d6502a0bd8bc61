"""What is computed from the tables: the market (prices, standing, states), later the ledger and the measures of clients."""
