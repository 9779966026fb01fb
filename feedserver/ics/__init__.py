"""iCalendar text to the model and back; pure, CPU only.

The room knows bytes, components, zones and recurrence. It must not know the database, HTTP, shares' states, files,
settings, the clock or the process: what it needs of them comes in as an argument, and the same input gives the same
output. It is the only room that may import icalendar and recurring_ical_events. Foreign exceptions end at its door:
only errors of `feedserver.model.errors` leave it (the small parsers of `lines` and `values` raise ValueError, for their
callers in this room).

Read from the outside in: `ingest` (bytes of a file to objects), `components` and `lines` (structure and syntax),
`values` (typed values), `timezones`, `recurrence`, `index`, `redact`, `rendition`, `feed`.
"""
