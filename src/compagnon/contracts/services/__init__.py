"""The verbs of ``contracts``: clocks for the rooms above, contracts and calendars for people."""
