"""The actions of ``compagnon titles``, one module each: adding one is adding a file.

A module gives ``NAME``, ``HELP``, ``arguments(parser)``, which declares what the action takes,
and ``carry_out(command, **options)``, which does it and returns the command's answer.
"""
