"""今日: whom to call today and why, in order; outcomes by one key; what the night changed, the market, the book beside it."""
