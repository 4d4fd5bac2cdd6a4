"""The kinds of relations, kept by an administrator."""

from __future__ import annotations

from compagnon.core.crud import Choice, Column, Resource, Search, Verbs
from compagnon.park.models import RelationKind
from compagnon.park.policies import TYPES

RELATION_KINDS = Resource(
    room="park",
    model=RelationKind,
    noun="relation_kind",
    icon="sitemap",
    columns=(
        Column("name", sort=True, value=lambda row: row.words),
        Column("inverse", value=lambda row: row.inverse_words),
        Column("effect"),
        Column("code", shown=False),
    ),
    form=("code", "name", "inverse", "effect"),
    fixed=("code",),
    filters=(Search(columns=("name", "inverse")), Choice("effect")),
    ordering="name",
    organisation="",
    own_verbs=Verbs(view="", add=TYPES, change=TYPES, delete=TYPES),
    examples={"code": "powered-by", "name": "est alimenté par", "inverse": "alimente",
              "effect": "source"},
)  # fmt: skip
