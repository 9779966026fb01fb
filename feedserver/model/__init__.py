"""Nouns and their rules: frozen dataclasses on the standard library alone.

This room knows no database, no iCalendar text, no HTTP. Words used throughout the code:

- *component, property, parameter*: VEVENT..., SUMMARY..., TZID... (RFC 5545).
- *calendar object* (`CalendarObject`): the master and the overrides of one UID, stored together (RFC 4791 section 4.1).
- *collection* (`Collection`): a calendar that holds calendar objects; users and the command line call it "calendar".
- *rendition*: what a feed shows of one object at one level of detail, made when the object is written,
  with slots for what depends on the share (UID, stamps, localised words).
- *stamps*: the triple DTSTAMP, LAST-MODIFIED, SEQUENCE of an emitted component.
- *share, feed, page, token*: the grant; its `.ics`; its HTML; the signed text in both URLs.
- *link*: what a token says once verified: share, serial, recipient, narrowing.
- *narrowing, mark*: what a visitor left out of a share; the digest that stands for a calendar or category in a link.
- *standing*: what a share is at a moment, seen through one link: live, paused, expired...
- *tombstone*: the data-free calendar that a share which is off answers, so that subscribers drop what they had.
- *recipient, member*: who was sent a public link; who may open a secured share.
- *notice*: a mail that is owed; *invitation*: a one-time link on which an account's owner chooses the password.
- *session*: a browser that is logged in; *actor*: who changes something, as the history says it.
- *appointment*: an event as a person sees and edits it, in the words of the admin page's form.
- *contact*: a mail address that was sent links.
- *occurrence*: what is shown at one time, after overrides and exclusions.
- *horizon*: the moment up to which a rule that no client reads right was written out as single events.

`_at` names an aware UTC datetime, `_on` a date, and a bare number carries its unit (`max_object_bytes`, `ttl_s`).
"""
