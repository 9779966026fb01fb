"""Mail: what a notice says, and how it is handed to a mail server.

This room knows model and languages alone: it gets whole values, asks no database, and is told which links to write.
`compose` has one function per kind of notice, `transport` speaks SMTP.
"""
