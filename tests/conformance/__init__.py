"""The decision about cards, held against other people's suites and against a table of our own: `make conformance`."""
