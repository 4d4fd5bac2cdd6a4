"""Forms of ``titles``."""
