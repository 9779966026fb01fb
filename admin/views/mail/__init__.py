"""Mail: what was sent, what waits, what failed."""
