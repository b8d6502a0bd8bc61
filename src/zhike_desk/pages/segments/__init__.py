"""Segments: clients by logic, stage, grade and quadrant, and who moved between them."""
