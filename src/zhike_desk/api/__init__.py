"""The API: the same queries and actions as the pages, over HTTP, with tokens."""
