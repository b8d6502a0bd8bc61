"""What a client is worth to the branch: measures become scores between 0 and 1, scores become value."""
