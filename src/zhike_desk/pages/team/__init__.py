"""团队: staff, their books of clients, what lies on them, hand-overs."""
