"""Portable backups: dumps of the whole database, with what is counted in them, and how they are tried and restored.

A backup is two files. `registret-….dump` (or `….dump.age`, encrypted) is what `pg_dump` writes; `registret-….json` says
when it was made, of which version, and how many rows each table has in it.
"""
