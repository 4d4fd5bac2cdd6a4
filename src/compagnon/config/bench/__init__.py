"""The bench: how fast the real thing is on a database of any size, beside plain SQL.

``filling`` loads the tickets through the fast loader, ``running`` and ``web`` ask a real server
over the loopback, ``plain`` writes and reads the same rows by hand, ``report`` writes the table.
``docs/operate/bench.md`` tells what is measured.
"""
