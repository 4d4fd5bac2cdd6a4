"""Who may do what in ``titles``."""
