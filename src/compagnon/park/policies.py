"""Who may do what in ``park``."""
