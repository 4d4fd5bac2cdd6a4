"""The entries of ``park`` in the navigation."""
