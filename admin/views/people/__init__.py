"""Users and contacts."""
