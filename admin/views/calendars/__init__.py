"""Calendars: the list, one calendar, import and export."""
