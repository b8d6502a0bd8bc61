"""The branch around clients and market: its shelf, its people, its ways of winning clients, its files."""
