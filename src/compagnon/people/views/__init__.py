"""The pages of ``people``: parse, call one service or query, render."""
