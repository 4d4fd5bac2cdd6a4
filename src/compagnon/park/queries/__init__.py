"""Reads of ``park``, always through visibility."""
