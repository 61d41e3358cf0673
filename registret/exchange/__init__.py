"""What comes in from other systems, on top of `records`: nothing passes by its services, checks, scope or log."""
