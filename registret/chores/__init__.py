"""All that runs by the clock: one table of chores, and the worker loop that runs them."""
