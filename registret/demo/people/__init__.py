"""Who lives in the demo's country: their cards, and what they have done before it starts."""
