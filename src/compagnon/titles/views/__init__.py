"""Pages of ``titles``."""
