"""What the measures mean: where each client stands, what each kind of client did in each phase of the market."""
