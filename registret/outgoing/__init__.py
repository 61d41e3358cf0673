"""Asking other organisations' services over HTTPS, for a short while each time: a library."""
