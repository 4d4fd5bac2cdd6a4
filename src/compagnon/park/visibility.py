"""Who sees which rows of ``park``."""
