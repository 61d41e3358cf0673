"""Faults during load: what people were told is held against what the database and the mail server have afterwards."""
