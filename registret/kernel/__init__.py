"""Values that every room speaks in. No Django, no database, no clock."""
