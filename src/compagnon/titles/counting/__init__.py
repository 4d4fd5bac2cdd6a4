"""Counts that tell nothing of anybody: pure, knows no Django."""
