"""视图: lists saved under a name: saved, renamed, brought up to date, shared with the branch, deleted. Every list's."""
