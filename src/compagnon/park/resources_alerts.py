"""Who is told of what must be seen to: one rule an organisation, followed by those below it."""

from __future__ import annotations

from compagnon.core.crud import Boolean, Column, Relation, Resource, Verbs
from compagnon.park.models import AlertRule
from compagnon.park.policies import ALERTS, VIEW
from compagnon.people.resources import open_organisations

ALERT_RULES = Resource(
    room="park",
    model=AlertRule,
    noun="alert_rule",
    icon="bell",
    columns=(
        Column("organisation", sort="organisation__name"),
        Column("team"),
        Column("by_mail"),
        Column("stock"),
        Column("licences"),
        Column("contracts"),
        Column("warranties"),
        Column("warranty_days"),
    ),
    form=(
        "organisation", "team", "by_mail", "stock", "licences", "contracts", "warranties",
        "warranty_days",
    ),
    fixed=("organisation",),
    filters=(Relation("organisation"), Boolean("by_mail")),
    ordering="organisation__name",
    own_verbs=Verbs.of(view=VIEW, manage=ALERTS),
    choices={"organisation": open_organisations},
    examples={"by_mail": True, "warranty_days": 90},
)  # fmt: skip
