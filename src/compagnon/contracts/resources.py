"""The catalogue's tables, declared: pages and API follow (docs/architecture/crud.md)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from compagnon.contracts.models import RequestType, Service
from compagnon.contracts.services import catalogue
from compagnon.core.crud import (
    Boolean,
    Choice,
    Column,
    Relation,
    Resource,
    Search,
    Services,
    Verbs,
)

# Everybody chooses from the catalogue when they ask for something.
_VERBS = Verbs.of(view="", manage="catalogue.manage")

SERVICES = Resource(
    room="contracts",
    model=Service,
    noun="service",
    icon="books",
    columns=(
        Column("name", label=_("name"), sort="name_fr"),
        Column("code", sort=True),
        Column("parent", needs=("parent",)),
        Column("support_team", needs=("support_team",)),
        Column("is_active", sort=True),
    ),
    filters=(Search(columns=("name_fr", "name_en", "code")), Boolean("is_active")),
    form=(
        "code", "name_fr", "name_en", "description_fr", "description_en", "parent",
        "support_team", "is_active",
    ),
    ordering="name_fr",
    organisation="",
    own_verbs=_VERBS,
    services=Services(
        create=lambda actor, values: catalogue.create_service(actor=actor, values=values),  # type: ignore[arg-type]
        change=lambda actor, row, values, version: catalogue.change_service(
            actor=actor, row=row, changes=values, expected_version=version  # type: ignore[arg-type]
        ),
        remove=lambda actor, row: catalogue.remove_service(actor=actor, row=row),
    ),
    examples={
        "code": "messagerie",
        "name_fr": "Messagerie",
        "name_en": "E-mail",
        "description_fr": "Boîtes aux lettres, listes et agendas partagés.",
        "description_en": "Mailboxes, lists and shared calendars.",
        "is_active": True,
    },
)  # fmt: skip

REQUEST_TYPES = Resource(
    room="contracts",
    model=RequestType,
    noun="request_type",
    icon="clipboard-list",
    columns=(
        Column("name", label=_("name"), sort="name_fr"),
        Column("service", sort="service__name_fr"),
        Column("kind", sort=True),
        Column("is_active", sort=True),
    ),
    filters=(
        Search(columns=("name_fr", "name_en")),
        Relation("service"),
        Choice("kind"),
        Boolean("is_active"),
    ),
    form=("service", "name_fr", "name_en", "kind", "is_active"),
    fixed=("service",),
    ordering="name_fr",
    organisation="",
    own_verbs=_VERBS,
    services=Services(
        create=lambda actor, values: catalogue.create_request_type(actor=actor, values=values),  # type: ignore[arg-type]
        change=lambda actor, row, values, version: catalogue.change_request_type(
            actor=actor,
            row=row,
            changes=values,  # type: ignore[arg-type]
            expected_version=version,
        ),
        remove=lambda actor, row: catalogue.remove_request_type(actor=actor, row=row),
    ),
    examples={
        "service_id": 3,
        "name_fr": "Demander un accès",
        "name_en": "Ask for an access",
        "kind": "service_request",
        "is_active": True,
    },
)
