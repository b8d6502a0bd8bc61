"""客户全景: one client, understood in ten seconds, and what is done with them logged where it is read."""
