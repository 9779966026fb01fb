"""Where occurrences stand in a calendar: pure, from what an agenda shows to the rows and columns of a page."""
