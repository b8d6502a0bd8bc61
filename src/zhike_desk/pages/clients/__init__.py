"""客户: the list of clients, filtered, sorted, paged, saved as views."""
