"""What is just kept, of what ties the desk to other programs: silences of alerts."""

from __future__ import annotations

from compagnon.core.crud import Column, Relation, Resource, Search, Verbs
from compagnon.desk.models import AlertSilence
from compagnon.desk.policies_connections import SILENCE

ALERT_SILENCES = Resource(
    room="desk",
    model=AlertSilence,
    noun="alert_silence",
    plural="alert_silences",
    icon="bell",
    columns=(
        Column("reason", sort=True),
        Column("organisation", sort="organisation__name"),
        Column("host"),
        Column("alert_name"),
        Column("starts_at", sort=True),
        Column("ends_at", sort=True),
    ),
    form=("organisation", "source", "host", "alert_name", "starts_at", "ends_at", "reason"),
    filters=(Search(columns=("reason", "host")), Relation("organisation")),
    ordering="-starts_at",
    own_verbs=Verbs.of(view="ticket.view", manage=SILENCE),
    examples={
        "host": "srv-*",
        "starts_at": "2026-11-22T20:00:00Z",
        "ends_at": "2026-11-22T22:00:00Z",
        "reason": "Mise à jour des serveurs",
    },
)
RESOURCES = (ALERT_SILENCES,)
