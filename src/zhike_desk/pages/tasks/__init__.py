"""任务: every task that is open, as a list and as a week; done, put off, handed on, one by one or many at once."""
