"""``compagnon worker``: runs the background tasks and the periodic jobs."""

from __future__ import annotations

import signal
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from compagnon.core import commands
from compagnon.core.tasks.worker import GRACE, Worker, all_queues

MOST_THREADS = 64


class Command(commands.Command):
    """Runs until SIGTERM or SIGINT; a second signal gives back what still runs and leaves."""

    help = "Run the background tasks and the periodic jobs until told to stop."

    def arguments(self, parser: CommandParser) -> None:
        """Declare how much is done at once, and when to leave."""
        parser.add_argument("--threads", type=int, default=4, help="tasks run at once (4)")
        parser.add_argument("--queues", default="", help="only these queues, separated by commas")
        parser.add_argument(
            "--grace", type=float, default=GRACE, help="seconds left to running tasks at the end"
        )
        parser.add_argument("--once", action="store_true", help="run one task at most, and leave")
        parser.add_argument("--drain", action="store_true", help="run what is due, and leave")

    def carry_out(self, **options: Any) -> commands.Answer:
        """Work until told to stop, or until there is nothing left to do.

        Raises:
            Misused: no such queue, or a senseless number of threads.
            Failed: so many tasks never returned that the process must be started anew.
        """
        if not 1 <= options["threads"] <= MOST_THREADS:
            raise commands.Misused(_("--threads is from 1 to %d") % MOST_THREADS)
        queues = {name.strip() for name in options["queues"].split(",") if name.strip()}
        if unknown := queues - all_queues():
            raise commands.Misused(_("no such queue: %s") % ", ".join(sorted(unknown)))
        brief = options["once"] or options["drain"]
        worker = Worker(
            threads=options["threads"],
            queues=queues,
            lease=settings.TASK_LEASE_SECONDS,
            grace=options["grace"],
            periodic=not brief,
        )

        def stop(_number: int, _frame: FrameType | None) -> None:
            worker.stop(at_once=worker.stopping)

        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, stop)
        if not worker.run(until_empty=brief, limit=1 if options["once"] else None):
            raise commands.Failed(_("Too many tasks never returned: start the worker again."))
        return commands.Answer(
            facts={"worker": worker.name, "done": worker.done},
            lines=[ngettext("%d task run", "%d tasks run", worker.done) % worker.done],
        )
