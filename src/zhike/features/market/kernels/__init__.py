"""Compiled loops of the market: they read and fill arrays of securities × days, row by row."""
