"""What the page of a share shows: pure, from what was asked for and an agenda to what a template writes down."""
