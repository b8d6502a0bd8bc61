"""Help: how every number is made (the notes on methods), what it is called (the dictionaries), and the keys."""
