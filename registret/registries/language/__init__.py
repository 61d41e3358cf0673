"""The language of conditions, scores and rules: parsed, checked for its kinds, evaluated."""
