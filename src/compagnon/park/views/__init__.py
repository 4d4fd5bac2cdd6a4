"""Pages of ``park``."""
