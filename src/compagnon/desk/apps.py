"""The room ``desk``."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class DeskConfig(AppConfig):
    """Registers the room with Django: its visibility, its verbs, its receivers."""

    name = "compagnon.desk"
    label = "desk"
    verbose_name = _("Service desk")

    def ready(self) -> None:
        """Load what registers itself."""
        post_migrate.connect(ship_reasons, sender=self)
        from compagnon.desk import (  # noqa: F401
            journal_words,
            journal_words_connections,
            journal_words_supply,
            navigation,
            navigation_connections,
            navigation_daily,
            navigation_supply,
            navigation_views,
            palette,
            personal_connections,
            personal_copied,
            personal_imports,
            personal_requests,
            personal_supply,
            policies,
            policies_connections,
            policies_supply,
            receivers,
            visibility,
            visibility_connections,
            visibility_daily,
            visibility_notices,
            visibility_requests,
            visibility_supply,
        )


def ship_reasons(using: str, plan: Sequence[tuple[Any, bool]] = (), **_kwargs: Any) -> None:
    """Write the reasons for waiting once the tables are there, unless some are kept already."""
    from django.db import connections

    from compagnon.core.actor import Actor, Source
    from compagnon.desk.services.waiting import ensure_reasons

    # Going back, or to a migration in the middle, the tables are not those of the models.
    if using != "default" or any(backward for _migration, backward in plan):
        return
    wanted = {"desk_waitreason", "core_entry", "core_outboxitem"}
    if wanted <= set(connections[using].introspection.table_names()):
        ensure_reasons(actor=Actor.system("migrate", source=Source.COMMAND))
