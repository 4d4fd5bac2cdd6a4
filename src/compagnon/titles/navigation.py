"""The entries of ``titles`` in the navigation."""
