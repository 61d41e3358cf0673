"""Looks at all that an installation needs, as `registret doctor` tells it.

Each check is a function that returns in a few words what it found, or raises `NotReady`: what is wrong, and how to
mend it.
"""
