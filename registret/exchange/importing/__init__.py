"""Bring rows in: the same acts as when a person types them."""
