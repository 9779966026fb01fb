"""What shows of an object: the one redaction, and the renditions that feeds are joined from.

Start at `redact` (what shows at which level) and `rendition` (what is written once and served often).
"""
