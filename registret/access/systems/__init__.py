"""Record systems that bring files in by themselves: who lets them, and how they show who they are."""
