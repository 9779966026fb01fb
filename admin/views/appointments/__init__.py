"""Appointments: looked at, made, changed and deleted."""
