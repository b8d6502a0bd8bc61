"""Queries: each takes the viewer and returns frozen values within what that viewer may see."""
