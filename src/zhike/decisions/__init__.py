"""What to do about it: who is called today, why, and whether it is permitted."""
