"""The words of pages and mails in the reader's language, and dates, times and numbers the local way.

English stands in the sources; each further language is one catalogue, `catalogues/<code>.po`, and nothing else. This
room knows model alone and holds no state of any request. It is a leaf that mail, services and the HTTP faces import.
"""
