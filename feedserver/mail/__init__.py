"""Mail: what a notice says, and how it is handed to a mail server.

This room knows model and languages alone: it gets whole values, asks no database, and is told which links to write.

- `letter`: a letter as a list of parts, and its plain text; `templates/letter.html` is the same in HTML.
- `compose`: one function per kind of notice, from an `Occasion` to a letter.
- `address`: mail addresses as SMTP takes them.
- `envelope`: a letter as a message with its headers.
- `transport`: SMTP.
"""
