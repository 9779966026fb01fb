"""Keys, links, passwords and patience: who may be believed, decided without a database and without HTTP.

This room must not know storage, the faces or the settings: it gets plain values. It holds itsdangerous and argon2.
Nothing here logs, and the `repr` of everything here is fit for a log.
"""
