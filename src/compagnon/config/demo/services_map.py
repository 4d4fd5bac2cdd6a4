"""What the demonstration's services stand on: an ERP, the mail and the files, tier by tier."""

from __future__ import annotations

from typing import Final

from compagnon.core.actor import Actor
from compagnon.desk.models import Ticket
from compagnon.desk.services import link_asset
from compagnon.park import shipped_relations, shipped_types
from compagnon.park.models import Asset, AssetOrigin, Tier
from compagnon.park.services import baselines, relations
from compagnon.people.models import Organisation

# Each with its type and its tier.
ITEMS: Final = (
    ("ERP", "service", None),
    ("Messagerie", "service", None),
    ("Fichiers partagés", "service", None),
    ("Frontal web ERP 1", "web-server", Tier.WEB),
    ("Frontal web ERP 2", "web-server", Tier.WEB),
    ("Frontal web ERP 3", "web-server", Tier.WEB),
    ("Application ERP", "application", Tier.APPLICATION),
    ("Base ERP", "database", Tier.DATABASE),
    ("Serveur de messagerie", "application", Tier.APPLICATION),
    ("commutateur-cœur", "network", Tier.INFRASTRUCTURE),
    ("baie-sauvegarde", "device", Tier.INFRASTRUCTURE),
)
# Who needs whom, and how.
TIES: Final = (
    ("ERP", "depends-on", "Application ERP"),
    ("Application ERP", "depends-on", "Base ERP"),
    ("Base ERP", "runs-on", "srv-compta"),
    ("Application ERP", "runs-on", "srv-compta"),
    ("Frontal web ERP 1", "runs-on", "srv-fichiers"),
    ("Frontal web ERP 2", "runs-on", "srv-compta"),
    ("Frontal web ERP 3", "runs-on", "srv-ad"),
    ("Messagerie", "depends-on", "Serveur de messagerie"),
    ("Serveur de messagerie", "runs-on", "srv-ad"),
    ("Fichiers partagés", "runs-on", "srv-fichiers"),
    ("srv-fichiers", "connected-to", "commutateur-cœur"),
    ("srv-compta", "connected-to", "commutateur-cœur"),
    ("srv-ad", "connected-to", "commutateur-cœur"),
    ("srv-fichiers", "backed-up-by", "baie-sauvegarde"),
    ("srv-compta", "backed-up-by", "baie-sauvegarde"),
)
FRONTS: Final = tuple(f"Frontal web ERP {number}" for number in (1, 2, 3))
LINKED: Final = 30


def fill(actor: Actor, client: Organisation) -> None:
    """Relate the client's machines to the services that they carry and use."""
    named = {one.name: one for one in Asset.objects.filter(organisation=client)}
    for name, code, tier in ITEMS:
        named[name] = Asset.objects.create(
            organisation=client,
            type=shipped_types.ensure(code),
            name=name,
            origin=AssetOrigin.DEMO,
        )
        if tier is not None:
            relations.place_in_tier(actor=actor, asset_id=named[name].pk, tier=tier)
    for first, kind, second in TIES:
        _tie(actor, named[first], kind, named[second])
    fronts = [_tie(actor, named["ERP"], "depends-on", named[name]) for name in FRONTS]
    relations.make_redundant(
        actor=actor,
        asset_id=named["ERP"].pk,
        name="Frontaux web",
        needs=2,
        relation_ids=fronts,
    )
    held = Asset.objects.filter(
        organisation__path__startswith=client.path, person__isnull=False, type__kind="computer"
    ).order_by("pk")
    for rank, machine in enumerate(held):
        _tie(actor, machine, "uses", named["Messagerie"])
        _tie(actor, machine, "uses", named["ERP" if rank % 3 == 0 else "Fichiers partagés"])
    servers = [named[name].pk for name in ("srv-fichiers", "srv-compta", "srv-ad")]
    baselines.take(
        actor=actor, organisation=client, name="Serveurs, comme convenu", asset_ids=servers
    )


def _tie(actor: Actor, first: Asset, kind: str, second: Asset) -> int:
    row = relations.tie(
        actor=actor,
        source_id=first.pk,
        target_id=second.pk,
        kind=shipped_relations.ensure(kind),
    )
    return row.pk


def link_tickets(actor: Actor, client: Organisation) -> None:
    """Say of some open incidents which machine they are about: the one of whoever has it."""
    rows = Ticket.objects.filter(
        organisation__path__startswith=client.path,
        kind="incident",
        state__in=("new", "open", "pending"),
        beneficiary__assets__isnull=False,
    )
    for ticket in rows.order_by("-pk").distinct()[:LINKED]:
        asset = Asset.objects.filter(person=ticket.beneficiary_id).order_by("pk").first()
        if asset is not None and ticket.pk % 3:
            link_asset(actor=actor, ticket_id=ticket.pk, asset_id=asset.pk, at=ticket.activity_at)
