"""审批: what waits for a second person, decided or withdrawn; what one asked for and what became of it."""
