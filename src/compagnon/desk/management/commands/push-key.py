"""``compagnon push-key``: the key by which browsers know who tells them."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser
from django.utils.translation import gettext as _

from compagnon.core import commands
from compagnon.core.actor import Actor, Source
from compagnon.core.commands import Answer
from compagnon.desk import services
from compagnon.desk.models import PushSubscription


class Command(commands.Command):
    """Show the public half of the key of pushed notices; make it if there is none, or anew."""

    help = "Show, make or renew the key by which browsers know who tells them (web push)."

    def arguments(self, parser: CommandParser) -> None:
        """Whether to begin anew."""
        parser.add_argument(
            "--renew",
            action="store_true",
            help="make another one; browsers that know the old one have to be asked again",
        )

    def carry_out(self, **options: Any) -> Answer:
        """Show it."""
        actor = Actor.system("push-key", source=Source.COMMAND)
        key = services.ensure_push_key(actor=actor, renew=options["renew"])
        browsers = PushSubscription.objects.filter(key=key).count()
        return Answer(
            facts={"public": key.public, "created_at": key.created_at, "browsers": browsers},
            lines=[
                key.public,
                _("Browsers that are told: %(count)d") % {"count": browsers},
            ],
        )
