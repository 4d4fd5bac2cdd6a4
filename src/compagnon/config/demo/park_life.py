"""The life of the demonstration's machines: who signed, who borrowed, what was counted and left."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Final

from compagnon.config.demo import pictures
from compagnon.core.actor import Actor
from compagnon.park import shipped_types
from compagnon.park.models import (
    Asset,
    AssetOrigin,
    AssetState,
    Budget,
    Consumable,
    Loan,
    StockPlace,
)
from compagnon.park.services import consumables, custody, disposals, life, loans, stock_taking
from compagnon.people.models import Organisation, Person, Site

PRICES: Final = {
    "Latitude 5440": 1190, "OptiPlex 7010": 780, "EliteBook 840 G9": 1340,
    "ThinkPad T14 Gen 3": 1280, "ThinkCentre M70q": 640, "ProDesk 400 G6": 590,
    "PowerEdge R450": 4200, "PowerEdge R350": 2900, "P2422H": 189, "Latitude 5450": 1240,
}  # fmt: skip
CONSUMABLES: Final = (
    ("Toner noir HP 89A", "CF289A", 2, 9, 8),
    ("Toner noir HP 26A", "CF226A", 4, 12, 3),
    ("Câble réseau 3 m", "RJ45-3M", 10, 60, 12),
    ("Souris filaire", "M-100", 5, 20, 16),
    ("Casque avec micro", "H-340", 3, 15, 6),
)
"""Name, reference, minimum, how many came, how many went."""
LENT: Final = (
    ("PRET-01", "laptop", "Dell", "Latitude 5440"),
    ("PRET-02", "laptop", "Dell", "Latitude 5440"),
    ("VIDEO-01", "peripheral", "Epson", "EB-FH52"),
    ("VISIO-01", "peripheral", "Logitech", "MeetUp"),
)
OLD: Final = (
    ("ANCIEN-01", "computer", "HP", "ProDesk 600 G3", 6, "5.80", "purge"),
    ("ANCIEN-02", "computer", "HP", "ProDesk 600 G3", 6, "5.80", "purge"),
    ("ANCIEN-03", "laptop", "LENOVO", "ThinkPad L480", 6, "1.75", "destroy"),
    ("ANCIEN-04", "monitor", "Dell", "P2217H", 2, "4.90", "none"),
)


def fill(
    actor: Actor, client: Organisation, provider: Organisation, rng: Random, *, until: datetime
) -> None:
    """Give the client's machines a life: prices, places, signatures, loans, counts, waste."""
    today = until.date()
    site = Site.objects.filter(organisation=client).order_by("pk").first()
    places = [
        StockPlace.objects.create(organisation=client, name=name, site=site)
        for name in ("Armoire de l’atelier", "Réserve du sous-sol")
    ]
    hands = list(Person.objects.filter(organisation=provider, is_active=True).order_by("pk")[:3])
    _price(client, site, places[0])
    _sign(actor, client, places[0], rng, until)
    _lend(actor, client, site, until)
    _stock(actor, client, places[0], until)
    _count(actor, client, places[0])
    _dispose(actor, client, hands[0], today)
    _repair(actor, client, until)
    for year, amount in ((today.year - 1, 38_000), (today.year, 42_000), (today.year + 1, 45_000)):
        Budget.objects.create(organisation=client, year=year, amount=amount)


def _price(client: Organisation, site: Site | None, place: StockPlace) -> None:
    rows = list(Asset.objects.filter(organisation__path__startswith=client.path).order_by("pk"))
    for row in rows:
        price = PRICES.get(row.model)
        if price is None:
            continue
        row.purchase_price = Decimal(price)
        row.depreciation_months = 60 if row.type.code == "server" else 36
        row.supplier = "Matériel du Midi"
        if row.state == AssetState.STOCK:
            row.place, row.site = place, site
            row.in_service_on = row.purchased_on
    names = ["purchase_price", "depreciation_months", "supplier", "place", "site", "in_service_on"]
    Asset.objects.bulk_update(rows, names, batch_size=200)


def _sign(
    actor: Actor, client: Organisation, place: StockPlace, rng: Random, until: datetime
) -> None:
    held = Asset.objects.filter(
        organisation__path__startswith=client.path, person__isnull=False
    ).select_related("person")
    machines = list(held.order_by("pk")[:8])
    for rank, machine in enumerate(machines):
        person, at = machine.person, until - timedelta(days=200 - 9 * rank)
        assert person is not None  # noqa: S101 — filtered above
        # It waited on the shelf until that day: the signature is what moves it.
        Asset.objects.filter(pk=machine.pk).update(person=None, state=AssetState.STOCK, place=place)
        sheet = custody.prepare(
            actor=actor, asset_id=machine.pk, kind="hand_over", person=person, at=at,
            accessories="Chargeur, sacoche", condition="Neuf" if rank % 2 else "Bon état",
        )  # fmt: skip
        custody.sign(
            actor=actor, sheet_id=sheet.pk, name=str(person), at=at + timedelta(minutes=10),
            signature=pictures.signature(rng),
        )  # fmt: skip
    leaving = machines[-1]
    custody.prepare(
        actor=actor, asset_id=leaving.pk, kind="return", person=leaving.person, place=place,
        at=until - timedelta(hours=3), accessories="Chargeur", condition="Coque rayée",
    )  # fmt: skip


def _lend(actor: Actor, client: Organisation, site: Site | None, until: datetime) -> None:
    today = until.date()
    people = list(
        Person.objects.filter(organisation__path__startswith=client.path, is_active=True)
        .order_by("pk")[8:14]
    )  # fmt: skip
    lent = [
        Asset.objects.create(
            organisation=client,
            site=site,
            type=shipped_types.ensure(code),
            name=name,
            manufacturer=maker,
            model=model,
            state=AssetState.STOCK,
            is_loanable=True,
            inventory_number=f"INV-{3001 + rank}",
            origin=AssetOrigin.DEMO,
        )
        for rank, (name, code, maker, model) in enumerate(LENT)
    ]
    # Which machine, to whom, from and until which day counted from today, and whether it went out.
    story = (
        (0, 0, -9, -2, True), (1, 1, -1, 3, True), (2, 2, 0, 0, True), (2, 3, 1, 2, False),
        (3, 4, 2, 4, False), (1, 5, 5, 9, False),
    )  # fmt: skip
    for machine, person, first, last, went in story:
        loan = loans.reserve(
            actor=actor, asset_id=lent[machine].pk, borrower=people[person % len(people)],
            first_day=_day(today, first), last_day=_day(today, last), note="Déplacement",
        )  # fmt: skip
        if went:
            loans.hand_out(actor=actor, loan_id=loan.pk)
            Loan.objects.filter(pk=loan.pk).update(lent_at=until + timedelta(days=first))


def _day(today: date, days: int) -> date:
    return today + timedelta(days=days)


def _stock(actor: Actor, client: Organisation, place: StockPlace, until: datetime) -> None:
    for name, reference, minimum, came, went in CONSUMABLES:
        row = Consumable.objects.create(
            organisation=client, name=name, reference=reference, minimum=minimum, place=place
        )
        for change, reason in ((came, "Livraison"), (-went, "Remplacements du mois")):
            moved = consumables.move(
                actor=actor, consumable_id=row.pk, change=change, reason=reason
            )
            moved.at = until - timedelta(days=40 if change > 0 else 2)
            moved.save(update_fields=["at"])


def _count(actor: Actor, client: Organisation, place: StockPlace) -> None:
    count = stock_taking.open_count(
        actor=actor, organisation=client, name="Armoire, mars", place=place
    )
    waiting = list(Asset.objects.filter(place=place).order_by("pk"))
    for row in waiting[:-2]:
        stock_taking.read_code(actor=actor, count_id=count.pk, text=row.inventory_number)
    held = Asset.objects.filter(inventory_number="INV-1003").first()
    if held is not None and held.organisation_id == client.pk:
        stock_taking.read_code(actor=actor, count_id=count.pk, text="INV-1003")
    stock_taking.read_code(actor=actor, count_id=count.pk, text="3 401 597 250 001")
    stock_taking.close(actor=actor, count_id=count.pk)
    stock_taking.open_count(
        actor=actor, organisation=client, name="Armoire, contrôle de la semaine", place=place
    )


def _dispose(actor: Actor, client: Organisation, hand: Person, today: date) -> None:
    lots = [
        disposals.open_lot(
            actor=actor, organisation=client, collector="Écologic Sud", collected_on=day
        )
        for day in (today - timedelta(days=35), today + timedelta(days=6))
    ]
    for rank, (name, code, maker, model, category, weight, wiping) in enumerate(OLD):
        row = Asset.objects.create(
            organisation=client,
            type=shipped_types.ensure(code),
            name=name,
            manufacturer=maker,
            model=model,
            state=AssetState.STOCK,
            inventory_number=f"INV-{501 + rank}",
            origin=AssetOrigin.DEMO,
        )
        wiped = wiping != "none"
        disposals.add(
            actor=actor, lot_id=lots[0 if rank < 3 else 1].pk, asset_id=row.pk, category=category,
            weight_kg=Decimal(weight), wiping=wiping, wiped_by=str(hand) if wiped else "",
            wiped_on=today - timedelta(days=36) if wiped else None,
            proof=f"nwipe : {name}, 0 erreur".encode() if wiped else b"",
            proof_name=f"effacement-{name}.txt" if wiped else "",
        )  # fmt: skip
    disposals.close(
        actor=actor, lot_id=lots[0].pk, certificate=b"Bordereau de suivi BSD-2291",
        certificate_name="bordereau-2291.txt", number="BSD-2291",
    )  # fmt: skip


def _repair(actor: Actor, client: Organisation, until: datetime) -> None:
    row = Asset.objects.filter(
        organisation__path__startswith=client.path, state=AssetState.USE, type__kind="computer"
    ).order_by("-pk").first()  # fmt: skip
    if row is not None:
        life.move(
            actor=actor, asset_id=row.pk, values={"state": AssetState.REPAIR},
            reason="Écran fendu, parti chez le constructeur", at=until - timedelta(days=1),
        )  # fmt: skip
