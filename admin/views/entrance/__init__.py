"""Getting in: set-up, login, logout, and one's own account."""
