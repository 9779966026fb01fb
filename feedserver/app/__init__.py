"""The composition root: opens what the product stands on, builds its services, runs the server.

With `cli` the only room that reads settings, and the only one that may import everything. It decides nothing about
calendars or shares.
"""
