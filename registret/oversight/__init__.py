"""Oversight: who looks at the log, at what, and with what outcome; what a patient is told of it; incidents."""
