"""From the bytes of a file to calendar objects, repaired or refused one by one, and back. Start at `ingest`."""
