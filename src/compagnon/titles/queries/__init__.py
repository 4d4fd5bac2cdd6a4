"""Reads of ``titles``, always of what the actor sees; one module an area."""
