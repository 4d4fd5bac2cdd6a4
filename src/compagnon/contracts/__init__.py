"""Service catalogue, service contracts, calendars, commitments and the clocks that count them.

Clocks are kept on opaque subject references: this room never reads the desk. The arithmetic is the
pure package `clock`, which knows no Django; the rows and the verbs around it are in `models` and
`services`.
"""
