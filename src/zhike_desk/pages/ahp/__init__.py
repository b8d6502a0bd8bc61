"""价值: the studio of models of value: versions, panels, judging pair by pair, what all say together, publishing by two people."""
