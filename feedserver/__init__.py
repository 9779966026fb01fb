"""feedserver: one self-hosted server that shares an organisation's calendars with people outside it.

Rooms, and who may know whom (held by import-linter, see `pyproject.toml`):

    app, cli        ->  everything: they compose, and alone read the settings
    web, admin      ->  services, model
    services        ->  storage, mail, ics, security, model
    storage | mail  ->  model           (strangers to each other)
    ics | security  ->  model           (strangers to each other)
    model           ->  the standard library
"""

__version__ = "0.1.0"
