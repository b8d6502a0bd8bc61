"""Records: every table, who may see whom, what may be done, and the log of what was done."""
