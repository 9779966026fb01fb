"""Recurrence: which instances a rule yields, what a series is, what shows in a range; every cost bounded (I07).

The engine is our own because those of the libraries never return on hostile rules; they are the oracles of its tests.
"""
