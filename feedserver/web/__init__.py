"""The public HTTP faces: they translate between HTTP and services, and never decide.

This room knows no SQL and no iCalendar text; it may import services and model. The order of every answer is a rule:
signature, then state, then credentials, then validators. A withdrawn share is never answered by a cache.
"""
