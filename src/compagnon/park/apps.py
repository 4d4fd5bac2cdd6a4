"""The room ``park``."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class ParkConfig(AppConfig):
    """Registers the room with Django: its verbs, its visibility, its pages in the navigation."""

    name = "compagnon.park"
    label = "park"
    verbose_name = _("Asset park")

    def ready(self) -> None:
        """Load what registers itself."""
        from compagnon.park import (  # noqa: F401
            journal_words,
            navigation,
            navigation_alerts,
            navigation_life,
            navigation_supplies,
            palette,
            policies,
            resources,
            resources_alerts,
            resources_life,
            resources_relations,
            resources_supplies,
            tasks,
            visibility,
            visibility_alerts,
            visibility_discovery,
            visibility_life,
            visibility_relations,
            visibility_supplies,
        )

        post_migrate.connect(ship_types, sender=self)


def ship_types(using: str, plan: Sequence[tuple[Any, bool]] = (), **_kwargs: Any) -> None:
    """Write the types that ship once the tables are there; forget what was read before."""
    from django.db import connections

    from compagnon.park import shipped_relations, shipped_types
    from compagnon.park.ingestion import catalogue, enrolment

    catalogue.remembered.forget()
    enrolment.forget()
    # Going back, the tables are not those of the models.
    if any(backward for _migration, backward in plan):
        return
    if using != "default":
        return
    tables = connections[using].introspection.table_names()
    if "park_assettype" in tables:
        shipped_types.ensure_all()
    if "park_relationkind" in tables:
        shipped_relations.ensure_all()
