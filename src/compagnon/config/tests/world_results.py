"""What comes out of sessions of each client, for the walk of every route."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils import timezone

from compagnon.titles.models import SessionMail

PARAMETERS: dict[str, Callable[[Any], list[Any]]] = {
    "titles/session-mail/<mail_id>": lambda side: [side.objects["session_mail"].pk],
    "api/v1/session-mails/<mail_id>": lambda side: [side.objects["session_mail"].pk],
}


def furnish(side: Any, mark: str) -> None:
    """Add to a client one more mail about its session."""
    sitting = side.objects["sitting"]
    side.objects["session_mail"] = SessionMail.objects.create(
        session=sitting.session, person=sitting.candidacy.person, kind="summons",
        address=f"{mark.lower()}-convoque@exemple.fr", state="failed", error=f"Refus {mark}",
        created_at=timezone.now(),
    )  # fmt: skip
