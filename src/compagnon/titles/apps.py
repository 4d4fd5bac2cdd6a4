"""The room ``titles``."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class TitlesConfig(AppConfig):
    """Registers the room with Django: its verbs, its visibility, its pages in the navigation."""

    name = "compagnon.titles"
    label = "titles"
    verbose_name = _("Professional titles")

    def ready(self) -> None:
        """Load what registers itself."""
        from compagnon.titles import (  # noqa: F401
            journal_words_candidacies,
            journal_words_decisions,
            journal_words_outcomes,
            journal_words_referentials,
            journal_words_results,
            journal_words_sessions,
            known_to_be,
            navigation,
            navigation_candidacies,
            navigation_sessions,
            policies,
            policies_candidacies,
            policies_decisions,
            policies_outcomes,
            policies_sessions,
            visibility,
            visibility_candidacies,
            visibility_decisions,
            visibility_evaluations,
            visibility_outcomes,
            visibility_sessions,
        )

        post_migrate.connect(ship_titles, sender=self)


def ship_titles(using: str, plan: Sequence[tuple[Any, bool]] = (), **_kwargs: Any) -> None:
    """Write the official structure of the product's titles once the tables are there."""
    from django.db import connections

    # Going back, or to a migration in the middle, the tables are not those of the models.
    if using != "default" or any(backward for _migration, backward in plan):
        return
    if not settings.SHIP_TITLES:
        return
    from compagnon.core.actor import Actor, Source
    from compagnon.titles.services.referentials import install_shipped

    wanted = {"titles_title", "titles_correspondence", "core_entry", "core_outboxitem"}
    if wanted <= set(connections[using].introspection.table_names()):
        install_shipped(actor=Actor.system("migrate", source=Source.COMMAND))
