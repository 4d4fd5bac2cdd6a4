"""``compagnon listen``: the SMTP and LMTP door for mail servers."""

from __future__ import annotations

import asyncio
import signal
from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser
from django.utils.translation import gettext as _

from compagnon.core import commands
from compagnon.core.commands import Answer, Failed
from compagnon.desk.inbound.listener import Listener


class Command(commands.Command):
    """Take mail from mail servers, by SMTP and LMTP, until told to stop."""

    help = "Take mail from mail servers, by SMTP and LMTP, until told to stop."

    def arguments(self, parser: CommandParser) -> None:
        """Where to listen."""
        parser.add_argument("--smtp", default=settings.LISTEN_SMTP, help="host:port, or none")
        parser.add_argument("--lmtp", default=settings.LISTEN_LMTP, help="host:port, or none")

    def carry_out(self, **options: Any) -> Answer:
        """Listen."""
        where = {
            name: "" if options[name] == "none" else options[name] for name in ("smtp", "lmtp")
        }
        asyncio.run(self._listen(where))
        return Answer()

    async def _listen(self, where: dict[str, str]) -> None:
        listener = Listener()
        try:
            await listener.start(**where)
        except OSError as error:
            raise Failed(_("cannot listen: %(error)s") % {"error": error}) from error
        for kind, (host, port) in listener.addresses.items():
            self.say(f"{kind} {host}:{port}")
        stop = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        await stop.wait()
        await listener.stop()
