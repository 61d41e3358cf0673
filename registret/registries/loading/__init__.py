"""A definition out of its files: read, checked, and built into a form."""
