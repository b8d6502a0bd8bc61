"""The market: money effect, states, regimes, breadth, and what clients of each logic did in them."""
