"""The admin page: an aiohttp sub-application at `/admin/`, rendered on the server, working without JavaScript.

This room asks services and shows what they answer; it may import `feedserver.services`, `feedserver.model`, and the two
leaves that all faces share, `feedserver.http` and `feedserver.languages`. It knows nothing of storage, iCalendar, mail
or keys. `feedserver` never imports it, its composition root aside.

`routes` is the table of contents. `views/<area>/` has one action a file, `forms/` turns what was typed into values or
into messages beside their fields, `templates/<area>/` has the pages.
"""
