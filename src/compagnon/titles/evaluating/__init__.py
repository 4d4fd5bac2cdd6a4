"""Marks, apart then together, without a database. Knows no Django."""
