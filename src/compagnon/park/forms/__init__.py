"""Forms of ``park``."""
