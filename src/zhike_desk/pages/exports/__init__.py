"""导出: taking a list out, of clients or of tasks."""
