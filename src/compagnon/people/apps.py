"""The room ``people``."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class PeopleConfig(AppConfig):
    """Registers the room with Django."""

    name = "compagnon.people"
    label = "people"
    verbose_name = _("People")

    def ready(self) -> None:
        """Declare the room's verbs and rules, what it listens to, and whose tokens are."""
        from compagnon.core.crud.telling import naming
        from compagnon.people import (  # noqa: F401
            directory_words,
            journal_words,
            navigation,
            palette,
            receivers,
            verbs,
            visibility,
        )
        from compagnon.people.queries import names_of
        from compagnon.people.services import tokens  # noqa: F401

        naming(names_of)

        post_migrate.connect(ship_roles, sender=self)


def ship_roles(using: str, plan: Sequence[tuple[Any, bool]] = (), **_kwargs: Any) -> None:
    """Write the standard roles once the tables are there, and again with each new version."""
    from django.db import connections

    from compagnon.core.actor import Actor, Source
    from compagnon.people.services.bootstrap import ensure_roles

    # Going back, or to a migration in the middle, the tables are not those of the models.
    if using != "default" or any(backward for _migration, backward in plan):
        return
    wanted = {"people_role", "core_entry", "core_outboxitem"}
    if wanted <= set(connections[using].introspection.table_names()):
        ensure_roles(actor=Actor.system("migrate", source=Source.COMMAND))
