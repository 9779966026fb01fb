"""The command line: every action can be scripted, with `--json` everywhere.

One file per noun. A command reads its options, calls one service method and prints the answer; it decides nothing.
This room must not know SQL or iCalendar text. Heavy rooms are imported where a command needs them, so that `--help`
answers at once: `cli.tree` names the modules and loads one when it is asked for.
"""
