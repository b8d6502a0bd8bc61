"""Clients who decide for themselves, day by day, from what they could have seen."""
