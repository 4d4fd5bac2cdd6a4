"""Times and days that a caller sends: in UTC, and within what every part of the program can count.

PostgreSQL refuses offsets of 16 hours and more, and Python has no time before the year 1 or after
9999 to move to another zone: neither may come to light as a fault, far from its door.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from pydantic import BaseModel, field_validator
from pydantic_core import PydanticCustomError

FIRST_YEAR, LAST_YEAR = 1900, 2200


class Moments(BaseModel):
    """A schema whose times come out in UTC, whatever the offset that was sent."""

    @field_validator("*", mode="after", check_fields=False)
    @classmethod
    def within_reach(cls, value: Any) -> Any:
        """Give a time in UTC, and anything else as it is.

        Raises:
            PydanticCustomError: a time without its offset, or out of 1900 to 2200.
        """
        if isinstance(value, dt.date):
            if not FIRST_YEAR <= value.year <= LAST_YEAR:
                raise PydanticCustomError("moment_out_of_reach", "From 1900 to 2200.")
            if isinstance(value, dt.datetime):
                if value.tzinfo is None:
                    raise PydanticCustomError("timezone_aware", "Say the offset from UTC.")
                return value.astimezone(dt.UTC)
        return value
