"""Reads of the park, all through visibility; a module an area.

What a ticket needs is in ``cards``: ``machines_of``, ``card``, ``affected``.
"""
