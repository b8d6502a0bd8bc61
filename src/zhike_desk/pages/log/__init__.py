"""记录: who saw, revealed, changed, exported what; and whether the log is whole."""
