"""The one clock that leases are counted on."""

from __future__ import annotations

from datetime import datetime

from django.db import connection
from django.db.models.functions import Now
from django.utils import timezone


def now() -> datetime | Now:
    """Give the present time, to compare and store: the database server's where there is one.

    Workers on several machines then need not agree on the time. SQLite has no other clock than
    this machine's, and tells it only to the millisecond.
    """
    return Now() if connection.vendor == "postgresql" else timezone.now()
