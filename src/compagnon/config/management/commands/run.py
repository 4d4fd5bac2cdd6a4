"""``compagnon run``: everything in one command."""

from __future__ import annotations

import sys
from collections.abc import Collection
from typing import Any

from django.conf import settings
from django.core.management import call_command, get_commands
from django.core.management.base import CommandParser
from django.db import connections
from django.utils.translation import gettext as _

from compagnon.config.addresses import answers
from compagnon.config.demo.accounts import PASSWORD, accounts
from compagnon.config.management.commands.serve import listening_address, require_free
from compagnon.config.migrations_state import pending_migrations
from compagnon.config.processes import Part, Supervisor
from compagnon.core import commands

LISTENS = {"web": ["LISTEN_WEB"], "listener": ["LISTEN_SMTP", "LISTEN_LMTP"]}
PARTS = {"web": "serve", "worker": "worker", "listener": "listen"}


class Command(commands.Command):
    """Run the web server, the worker and the mail listener until told to stop."""

    help = (
        "Run the web server, the worker and the mail listener in one command; "
        "one that dies is started again, and Ctrl-C stops them all."
    )

    def arguments(self, parser: CommandParser) -> None:
        """Declare what may be left out."""
        parser.add_argument(
            "--migrate", action="store_true", help="bring the tables up to this version first"
        )
        parser.add_argument(
            "--check", action="store_true", help="say whether it could run, and stop there"
        )
        parser.add_argument("--no-web", action="store_true", help="leave out the web server")
        parser.add_argument("--no-worker", action="store_true", help="leave out the worker")
        parser.add_argument(
            "--no-listener", action="store_true", help="leave out the mail listener"
        )

    def carry_out(self, **options: Any) -> commands.Answer:
        """Run.

        Raises:
            Misused: nothing is left to run, or a part says it was misused.
            Failed: the database lacks migrations, or the address is taken.
        """
        chosen = [
            name
            for name, command in PARTS.items()
            if command in get_commands() and not options[f"no_{name}"]
        ]
        parts = [
            Part(name, [sys.executable, "-m", "compagnon.config.cli", PARTS[name]])
            for name in chosen
        ]
        if not parts:
            raise commands.Misused(_("nothing is left to run"))
        # Tried before anything starts: a part that cannot listen would die for ever.
        require_all_free(chosen)
        if options["migrate"]:
            # Though no table changes: roles, types and titles that ship come with each version.
            call_command("migrate", verbosity=0)
        elif pending_migrations():
            raise commands.Failed(_("the database is not up to date: run compagnon migrate"))
        if options["check"]:
            return commands.Answer()
        banner = Banner(self, chosen)
        connections.close_all()
        status = Supervisor(parts, each_turn=banner).run()
        if status:
            raise commands.Misused(_("a part cannot run with these settings: see above"))
        self.say(_("Stopped."))
        return commands.Answer()


def require_all_free(chosen: Collection[str]) -> None:
    """Make sure that the parts can listen.

    Raises:
        Misused: an address is none.
        Failed: an address is taken.
    """
    for part, names in LISTENS.items():
        for name in names if part in chosen else ():
            if (text := getattr(settings, name)) not in {"", "none"}:
                variable = f"COMPAGNON_{name}"
                require_free(variable, listening_address(variable, text))


class Banner:
    """Says once, when the pages answer, where to look."""

    def __init__(self, command: Command, chosen: list[str]) -> None:
        self.command = command
        self.chosen = chosen
        self.shown = False
        # Read now: later, other processes work on the database and this one keeps out.
        self.accounts = accounts() if settings.DEMO else []

    def __call__(self) -> None:
        """Print it, if the time has come."""
        if self.shown:
            return
        web = listening_address("COMPAGNON_LISTEN_WEB", settings.LISTEN_WEB)
        if "web" in self.chosen and not answers(web, timeout=0.2):
            return
        self.shown = True
        for line in self.lines():
            self.command.say(line)

    def lines(self) -> list[str]:
        """Give the banner."""
        rows = []
        if "web" in self.chosen:
            rows.append((_("Pages and API"), f"{settings.BASE_URL}/"))
        if "listener" in self.chosen:
            rows.append((_("Mail in (SMTP)"), settings.LISTEN_SMTP))
            rows.append((_("Mail in (LMTP)"), settings.LISTEN_LMTP))
        rows.append((_("Mail out"), without_password(settings.MAIL_URL)))
        rows.append((_("Data"), str(settings.DATA_DIR)))
        if self.accounts:
            rows.append((_("Sign in"), _("with the password %s, as:") % PASSWORD))
            rows += [("", f"{each.address}  {each.name}, {each.role}") for each in self.accounts]
        width = max(len(name) for name, _value in rows)
        return [
            "",
            _("Compagnon is ready."),
            *(f"  {name:<{width}}  {value}" for name, value in rows),
            _("Ctrl-C stops everything."),
            "",
        ]


def without_password(url: str) -> str:
    """Give the address with its password hidden."""
    scheme, colon, rest = url.partition("://")
    credentials, at, place = rest.rpartition("@")
    user, has_password, _password = credentials.partition(":")
    hidden = f"{user}:…" if has_password else user
    return f"{scheme}{colon}{hidden}{at}{place}"
