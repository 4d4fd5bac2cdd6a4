"""Rows of ``titles``, one aggregate a module."""
