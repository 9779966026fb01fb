"""iCalendar text to the model and back; pure, CPU only.

The room knows bytes, components, zones and recurrence. It must not know the database, HTTP, shares' states, files,
settings, the clock or the process: what it needs of them comes in as an argument, and the same input gives the same
output. It is the only room that may import icalendar and recurring_ical_events. Foreign exceptions end at its door:
only errors of `feedserver.model.errors` leave it (the small parsers of `lines` and `values` raise ValueError, for their
callers in this room).

Floors, each knowing those below it alone (held by import-linter); showing and editing are strangers:

    feeds      ->  whole calendars as they are sent: head, body, tombstone, free/busy
    showing    ->  the one redaction, and renditions
    editing    ->  stored lines to the fields of a form, and changed fields back into them
    recurring  ->  rules, series, occurrences; bounded
    reading    ->  bytes to calendar objects, repaired or refused, and back
    zones      ->  IANA's, vendors' and files' own time zones
    syntax     ->  lines, components, values

Parsing and recurrence are our own: they are the product's core, and were measured against the libraries, whose traps
(files opened by a parser, zones that leak from one calendar into another, rules that never end) each have a test.
icalendar lends its table of Windows' zone names, and is with recurring-ical-events the oracle of the tests.
"""
