"""``compagnon serve``: the web server."""

from __future__ import annotations

import os
import tempfile
from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser
from django.db import connections
from django.utils.translation import gettext as _

from compagnon.config.addresses import Address, why_not
from compagnon.core import commands


class Command(commands.Command):
    """Serve the pages and the API until told to stop."""

    help = "Serve the pages and the API until told to stop (SIGINT or SIGTERM)."

    def arguments(self, parser: CommandParser) -> None:
        """Declare where to listen, and with how many processes and threads."""
        parser.add_argument("--host", help="address to listen on")
        parser.add_argument("--port", type=int, help="port to listen on")
        parser.add_argument("--workers", type=int, default=settings.WEB_WORKERS)
        parser.add_argument("--threads", type=int, default=settings.WEB_THREADS)

    def carry_out(self, **options: Any) -> commands.Answer:
        """Serve.

        Raises:
            Misused: no such address, or a count under one.
            Failed: we cannot listen there, or the processes keep dying.
        """
        address = listening_address("COMPAGNON_LISTEN_WEB", settings.LISTEN_WEB)
        address = Address(options["host"] or address.host, options["port"] or address.port)
        if min(options["workers"], options["threads"]) < 1:
            raise commands.Misused(_("--workers and --threads are at least 1"))
        require_free("COMPAGNON_LISTEN_WEB", address)
        # The processes are forked from this one: they must not share its connections.
        connections.close_all()
        with tempfile.TemporaryDirectory(prefix="compagnon-metrics-") as folder:
            # Read when prometheus_client is first imported, which only the web processes do.
            os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder
            serve(address, workers=options["workers"], threads=options["threads"])
        return commands.Answer()


def serve(address: Address, *, workers: int, threads: int) -> None:
    """Run the server until a signal ends it.

    Raises:
        Failed: its processes keep dying.
    """
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    server = Granian(
        "compagnon.config.serving:application",
        address=address.host,
        port=address.port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=threads,
        websockets=False,
        respawn_failed_workers=True,
        workers_kill_timeout=10,
        log_level=LogLevels.error,
    )
    try:
        server.serve()
    except SystemExit as stopped:
        # Ctrl-C reaches the processes too: that they ended is then no failure.
        if stopped.code and not server.interrupt_signal:
            raise commands.Failed(_("the web processes keep dying: see the log")) from None


def listening_address(name: str, text: str) -> Address:
    """Read an address that the operator set.

    Raises:
        Misused: it is none.
    """
    try:
        return Address.parse(text)
    except ValueError as error:
        raise commands.Misused(_("%(name)s: %(error)s") % {"name": name, "error": error}) from None


def require_free(name: str, address: Address) -> None:
    """Make sure that we can listen there.

    Raises:
        Failed: we cannot; most often another program listens already.
    """
    if reason := why_not(address):
        raise commands.Failed(
            _("cannot listen on %(address)s: %(reason)s. Choose another with %(name)s")
            % {"address": address, "reason": reason, "name": name}
        )
