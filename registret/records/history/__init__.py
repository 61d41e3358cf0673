"""What an earlier platform has registered becomes episodes: staged, held against the registry, and loaded at once."""
