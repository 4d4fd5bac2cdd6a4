"""The demonstration's licences, over and under, a supplier contract near its notice, a choice."""

from __future__ import annotations

from datetime import date, timedelta

from compagnon.core.actor import Actor
from compagnon.park.models import (
    Asset,
    Licence,
    LicenceMetric,
    NeedsStudy,
    SupplierContract,
    SupplyKind,
)
from compagnon.park.services import needs, supplying
from compagnon.people.models import Organisation

CRITERIA = (
    ("Agents existants repris sans rien changer", "must", 40, (9, 9, 3)),
    ("Lien avec les tickets", "must", 30, (10, 7, 2)),
    ("Coût sur cinq ans", "should", 20, (8, 6, 9)),
    ("Prise en main", "could", 10, (7, 5, 8)),
)
PRODUCTS = ("Compagnon", "Outil en place", "Tableur partagé")


def fill(actor: Actor, client: Organisation, supplier: Organisation, *, on: date) -> None:
    """Add them to the client of the demonstration."""
    licences = (
        ("Suite de bureau", "Microsoft 365*", LicenceMetric.DEVICE, 6, 42_900, 400),
        ("Dessin technique", "AutoCAD*", LicenceMetric.USER, 40, 18_900, 25),
        ("Comptabilité", "Sage 100*", LicenceMetric.USER, 12, 95_000, 45),
    )
    for name, pattern, metric, quantity, price, days in licences:
        Licence.objects.create(
            organisation=client,
            name=name,
            product_pattern=pattern,
            metric=metric,
            quantity=quantity,
            unit_price_cents=price,
            starts_on=on - timedelta(days=340),
            ends_on=on + timedelta(days=days),
            supplier="Logiciels du Midi",
            reference=f"F-{quantity:04}",
        )
    contract = SupplierContract.objects.create(
        organisation=client,
        supplier=supplier,
        kind=SupplyKind.MAINTENANCE,
        name="Maintenance des serveurs et des imprimantes",
        reference="M-2025-07",
        starts_on=on - timedelta(days=275),
        ends_on=on + timedelta(days=90),
        notice_by=on + timedelta(days=21),
        renews=True,
        price_cents=480_000,
    )
    for asset in Asset.objects.filter(organisation=client).order_by("-pk")[:4]:
        supplying.cover(actor=actor, contract=contract, asset=asset)
    study = NeedsStudy.objects.create(
        organisation=client,
        name="Choix d’un outil d’inventaire",
        context="Le parc est suivi dans un tableur, à la main.",
        purpose="Savoir ce que nous avons, et le voir dans chaque demande.",
    )
    products = [needs.set_candidate(actor=actor, study_id=study.pk, name=name) for name in PRODUCTS]
    for name, need, weight, marks in CRITERIA:
        criterion = needs.set_criterion(
            actor=actor, study_id=study.pk, name=name, need=need, weight=weight
        )
        for product, value in zip(products, marks, strict=True):
            needs.set_score(
                actor=actor,
                study_id=study.pk,
                criterion_id=criterion.pk,
                candidate_id=product.pk,
                value=value,
                proof="Essai de deux jours sur dix postes.",
            )
