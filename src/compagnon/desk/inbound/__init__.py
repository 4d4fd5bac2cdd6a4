"""Mail that arrives: bytes in, a readable message and a verdict out.

The two halves that matter know no Django. ``parse.parse`` turns raw bytes into a frozen
``mail.ParsedMail``. ``decide.decide`` passes it through the single-purpose filters of
``filters/`` and says what it is: a new ticket, a follow-up, something to ignore by a named rule,
or something to keep aside with a true reason.
"""
