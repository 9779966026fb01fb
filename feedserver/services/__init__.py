"""What the product does, one class per concern, each given what it needs by its constructor.

This room knows storage, ics, security and model. It knows no HTTP, no command line, no settings: it gets plain values.
"""
