"""The way in: the first page of each role, the language, the colours, and whether the desk is well."""
