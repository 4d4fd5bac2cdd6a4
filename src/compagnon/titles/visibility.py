"""Who sees which rows of ``titles``."""
