"""The market of a simulated brokerage: days, what is listed, what it is worth, what it costs."""
