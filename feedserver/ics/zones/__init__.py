"""Time zones: IANA's, vendors' names for them, a file's own VTIMEZONE, and the VTIMEZONE that feeds publish (F56-F60).

Zones of one file never reach another: nothing here is kept by name alone (corpus trap 2).
"""
