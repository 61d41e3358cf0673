"""A clinic takes its own episodes out: ordered, made by a worker, kept encrypted, fetched once."""
