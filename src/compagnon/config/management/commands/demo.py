"""``compagnon demo``: a year of invented requests in an empty database."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime
from datetime import time as time_of_day
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _

from compagnon.config.demo.accounts import PASSWORD, accounts
from compagnon.config.demo.filling import fill, present
from compagnon.core import commands


class Command(commands.Command):
    """Fill an empty database with the demonstration."""

    help = "Fill an empty database with an invented provider, its client and a year of requests."

    def arguments(self, parser: CommandParser) -> None:
        """Declare how many, which, and until when."""
        parser.add_argument("--tickets", type=int, default=3000, help="how many (3,000)")
        parser.add_argument("--seed", type=int, default=1, help="the same seed tells the same")
        parser.add_argument(
            "--until", help="the day at whose end the stories stop, YYYY-MM-DD; now unless given"
        )
        parser.add_argument(
            "--if-empty", action="store_true", help="do nothing where it was filled before"
        )

    def carry_out(self, **options: Any) -> commands.Answer:
        """Fill it.

        Raises:
            Misused: a date that is none, or a count out of bounds.
            NotEmpty: the database holds something else.
            Failed: it holds the demonstration already.
        """
        if not 1 <= options["tickets"] <= 2_000_000:
            raise commands.Misused(_("--tickets goes from 1 to 2,000,000"))
        until = moment(options["until"])
        if (found := present()) is not None:
            told = _("The demonstration is here already: %(tickets)d tickets, seed %(seed)d.") % {
                "tickets": found.tickets,
                "seed": found.seed,
            }
            if not options["if_empty"]:
                raise commands.Failed(told)
            self.note(told)
            return self.answer(found.tickets, 0, 0.0)
        began = time.monotonic()

        def progress(tickets: int, rows: int) -> None:
            self.note(_("%(tickets)d tickets, %(rows)d rows") % {"tickets": tickets, "rows": rows})

        loaded = fill(
            tickets=options["tickets"], seed=options["seed"], until=until, each_batch=progress
        )
        seconds = time.monotonic() - began
        return self.answer(len(loaded.ticket_ids), loaded.rows, seconds)

    def answer(self, tickets: int, rows: int, seconds: float) -> commands.Answer:
        """Tell what is there, and who can sign in."""
        listed = accounts()
        width = max((len(account.address) for account in listed), default=0)
        return commands.Answer(
            items=[
                {"address": each.address, "name": each.name, "role": each.role} for each in listed
            ],
            facts={
                "tickets": tickets,
                "rows": rows,
                "seconds": round(seconds, 3),
                "password": PASSWORD,
            },
            lines=[
                _("%(tickets)d tickets, %(rows)d rows in %(seconds).1f s.")
                % {"tickets": tickets, "rows": rows, "seconds": seconds},
                _("Accounts, all with the password %(password)s:") % {"password": PASSWORD},
                *(f"  {each.address:<{width}}  {each.name}, {each.role}" for each in listed),
            ],
        )


def moment(text: str | None) -> datetime:
    """Give when the stories stop: now, or the end of that day in UTC.

    Raises:
        Misused: it is no day, or lies in the future.
    """
    now = timezone.now().replace(microsecond=0)
    if text is None:
        return now
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise commands.Misused(_("--until is a day such as 2026-03-31")) from None
    if day > now.date():
        raise commands.Misused(_("--until lies in the future"))
    return min(now, datetime.combine(day, time_of_day(17), UTC))
