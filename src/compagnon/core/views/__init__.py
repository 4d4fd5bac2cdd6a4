"""The pages of ``core`` itself: the journal, and background work."""
