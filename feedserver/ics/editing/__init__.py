"""Events as a person edits them: stored lines to the fields of a form, and changed fields back into the same lines.

What the form does not know is never written anew: alarms, attendees and foreign properties keep their bytes. Every
function gives whole bytes, which the one door of `reading` then reads and checks like any other object.
"""
