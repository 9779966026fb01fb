"""Whole calendars as they are sent: heads, bodies joined from renditions, tombstones, free/busy."""
