"""Views: what each address of the admin page does, one action a file, in one folder per area."""
