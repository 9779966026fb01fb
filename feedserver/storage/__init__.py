"""The only room with SQL: what is kept, and how it stays whole.

Entity modules (`accounts`, `collections`, `objects`, `shares`, `meta`) hold plain functions, one per question, whose
first argument is a transaction: `async with db.read() as tx` is a snapshot, `async with db.write() as tx` a write unit
that commits when the block ends and is undone when it raises. Model objects go in and come back.

The rest of the product does not know which engine is below. Errors of the drivers become those of `model.errors` when
they leave the `async with` block. No listing returns more than its `limit`; long ones come in batches.

This room must not know iCalendar text, links, HTTP or settings, nor the room `mail`.
"""
