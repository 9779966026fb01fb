"""Shares: the list and what is done to many at once, one share, a new one."""
