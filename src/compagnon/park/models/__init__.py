"""Rows of ``park``, one aggregate a module."""
