"""What an administrator keeps for a day's work: reasons for waiting, types of activity."""

from __future__ import annotations

from compagnon.core.crud import Boolean, Choice, Column, Resource, Search, Verbs
from compagnon.desk.models import WaitReason

WAIT_REASONS = Resource(
    room="desk",
    model=WaitReason,
    noun="wait_reason",
    icon="hourglass",
    columns=(
        Column("name", sort=True),
        Column("base"),
        Column("reminds"),
        Column("remind_after"),
        Column("close_after"),
        Column("is_active"),
    ),
    form=(
        "code",
        "name",
        "name_en",
        "base",
        "reminds",
        "remind_after",
        "close_after",
        "is_active",
    ),
    fixed=("code",),
    filters=(Search(columns=("name", "name_en", "code")), Boolean("is_active"), Choice("reminds")),
    ordering="name",
    organisation="",
    own_verbs=Verbs.of(view="", manage="desk.configure"),
    examples={
        "code": "waiting_parts",
        "name": "En attente de pièces",
        "name_en": "Waiting for parts",
        "base": "waiting_supplier",
        "reminds": "technician",
        "remind_after": "2, 5",
    },
)
