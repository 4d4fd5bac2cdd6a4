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
            navigation,
            policies,
            policies_connections,
            receivers,
            visibility,
            visibility_connections,
            visibility_daily,
            visibility_notices,
        )
