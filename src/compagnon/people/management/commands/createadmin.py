"""``compagnon createadmin``: the first administrator, or one who is shut out."""

from __future__ import annotations

import getpass
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.utils.translation import gettext as _

from compagnon.core import commands
from compagnon.core.actor import Actor, Source
from compagnon.core.commands import Answer, Misused
from compagnon.people.services import bootstrap

LONGEST = 1024


class Command(commands.Command):
    """Makes an account that may do everything, and the provider of support if there is none."""

    help = "Make an administrator; the provider of support too if there is none."

    def arguments(self, parser: CommandParser) -> None:
        """Declare who it is and where the password comes from."""
        parser.add_argument("--email", help="the address to sign in with")
        parser.add_argument("--name", default="", help="first and last name")
        parser.add_argument(
            "--reset",
            action="store_true",
            help="give an account that exists a new password, its rights, and no second factor",
        )
        source = parser.add_mutually_exclusive_group()
        source.add_argument(
            "--password-stdin", action="store_true", help="read the password from standard input"
        )
        source.add_argument("--password-file", type=Path, help="read the password from this file")

    def carry_out(self, **options: Any) -> Answer:
        """Make it."""
        email = options["email"] or self._ask(_("Mail address: "))
        actor = Actor.system("createadmin", source=Source.COMMAND)
        if options["reset"]:
            account = bootstrap.restore_administrator(
                actor=actor, email=email, password=self._password(**options)
            )
        else:
            name = options["name"] or self._ask(_("First and last name: "), needed=False)
            account = bootstrap.create_administrator(
                actor=actor, email=email, name=name, password=self._password(**options)
            )
        person = account.person
        item = {
            "account": account.pk,
            "person": person.pk,
            "email": account.email,
            "name": str(person),
            "organisation": person.organisation.name,
        }
        line = _("%(name)s signs in with %(email)s and administers everything.")
        return Answer(items=[item], lines=[line % item])

    def _password(self, **options: Any) -> str:
        if options["password_stdin"]:
            return sys.stdin.readline(LONGEST).rstrip("\r\n")
        if path := options["password_file"]:
            try:
                with path.open(encoding="utf-8") as stream:
                    return str(stream.readline(LONGEST)).rstrip("\r\n")
            except (OSError, UnicodeDecodeError) as error:
                raise Misused(
                    _("The password's file cannot be read: %(error)s") % {"error": error}
                ) from None
        if not sys.stdin.isatty():
            raise Misused(_("Give the password with --password-stdin or --password-file."))
        password = getpass.getpass(_("Password: "))
        if password != getpass.getpass(_("The same again: ")):
            raise Misused(_("The two passwords differ."))
        return password

    def _ask(self, question: str, *, needed: bool = True) -> str:
        if sys.stdin.isatty():
            answer = input(question).strip()
            if answer or not needed:
                return answer
        if needed:
            raise Misused(_("Give the address with --email."))
        return ""
