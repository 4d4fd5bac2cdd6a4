"""Commands of ``park``."""
