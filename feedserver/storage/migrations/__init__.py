"""Steps from one schema to the next, oldest first in `versions/`; run by `storage.schema`.

Each states its operations in full and imports nothing of ours: it must do the same for ever, whatever the tables are.
A new step is added to `schema.REVISIONS`; a test compares where the steps lead with `storage.tables`.
"""
