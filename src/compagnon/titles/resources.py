"""The tables of ``titles`` that are listed as they are kept (docs/architecture/crud.md)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from compagnon.core.crud import Choice, Column, Relation, Resource, Search, Verbs
from compagnon.titles.models import Candidacy

# Enrolling, and a candidacy's own page, are views of this room (urls_candidacies.py).
CANDIDACIES = Resource(
    room="titles",
    model=Candidacy,
    noun="candidacy",
    plural="candidacies",
    icon="user-check",
    columns=(
        Column("reference", sort=True),
        Column("person", sort="person__last_name"),
        Column("version_of_title", sort=False, needs=("version_of_title__title",)),
        Column("path", sort=True),
        Column("state", sort=True),
        Column("trainer", shown=False),
        Column("organisation", sort="organisation__name"),
        Column("starts_on", sort=True),
        Column("ends_on", shown=False),
        Column("identity_checked_at", _("identity checked"), shown=False),
    ),
    form=("organisation", "person", "version_of_title", "path", "starts_on", "ends_on", "plan"),
    filters=(
        Search(columns=("reference", "person__last_name", "person__first_name")),
        Choice("state"),
        Choice("path"),
        Relation("version_of_title"),
        Relation("organisation"),
    ),
    ordering="-starts_on",
    own_verbs=Verbs.of(view="candidacy.view", manage="candidacy.manage"),
    can=frozenset({"add"}),
)
