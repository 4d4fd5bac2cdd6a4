"""Every list and form of the park in Chromium, a look each: axe, no sideways scroll, language.

One page walks them all: lists in French at a desk, forms and what is done on a phone in English.
"""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from compagnon.park.models import Asset, Licence, NeedsStudy, SupplierContract
from compagnon.park.services import (
    alerts,
    baselines,
    bringing,
    custody,
    disposals,
    needs,
    stock_taking,
    supplying,
)
from compagnon.park.tests import factories
from compagnon.park.tests.factories import today
from compagnon.people.tests.factories import Cast, cast, system
from compagnon.ui.tests.browser import (
    PHONE,
    OpenPage,
    assert_accessible,
    assert_no_sideways_scroll,
)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
KEPT = (
    "asset", "licence", "supplier_contract", "needs_study", "stock_place", "consumable",
    "park_budget", "alert_rule",
)  # fmt: skip


def furnish(people: Cast) -> list[str]:
    """Put something on each page; gives the addresses of those that need a row."""
    one, client = system(), people.client_a
    report = factories.bring(client, factories.inventory("pc-long-nom-de-machine"))
    machine = report.asset
    assert machine is not None
    Asset.objects.filter(pk=machine.pk).update(
        warranty_ends_on=today() + timedelta(days=9), purchase_price=900, purchased_on=today(),
        depreciation_months=36,
    )  # fmt: skip
    place = factories.stock_place(client, "Armoire")
    factories.asset(client, "écran", type="monitor", state="stock", place=place)
    toner = factories.consumable(client, "Toner", minimum=3, quantity=1)
    licence = Licence.objects.create(
        organisation=client, name="Suite", product_pattern="*Firefox*", quantity=1,
        starts_on=today(), ends_on=today() + timedelta(days=20), unit_price_cents=4_200,
    )  # fmt: skip
    contract = SupplierContract.objects.create(
        organisation=client, supplier=people.provider, name="Entretien", starts_on=today()
    )
    supplying.cover(actor=one, contract=contract, asset=Asset.objects.get(pk=machine.pk))
    study = NeedsStudy.objects.create(organisation=client, name="Choix d’un outil")
    criterion = needs.set_criterion(
        actor=one, study_id=study.pk, name="Agents repris", need="must", weight=40
    )
    for name, value in (("A", 8), ("B", 5)):
        product = needs.set_candidate(actor=one, study_id=study.pk, name=name)
        needs.set_score(
            actor=one, study_id=study.pk, criterion_id=criterion.pk, candidate_id=product.pk,
            value=value, proof="Essayé.",
        )  # fmt: skip
    count = stock_taking.open_count(actor=one, organisation=client, name="Mars", place=place)
    stock_taking.read_code(actor=one, count_id=count.pk, text="INCONNU")
    stock_taking.close(actor=one, count_id=count.pk)
    lot = disposals.open_lot(
        actor=one, organisation=client, collector="Écologic", collected_on=today()
    )
    sheet = custody.prepare(actor=one, asset_id=machine.pk, kind="hand_over", person=people.user)
    custody.sign(actor=one, sheet_id=sheet.pk, name="Zoé")
    baseline = baselines.take(actor=one, organisation=client, name="Postes", asset_ids=[machine.pk])
    brought = bringing.bring(
        actor=one, kind="assets", organisation=client, file_name="parc.csv",
        content="Nom;Série;Date d'achat\npc-9;S9;3 mars 2026\n;;\n".encode(),
    )  # fmt: skip
    alerts.raise_due(actor=one)
    return [
        reverse(f"park:{name}", args=[pk])
        for name, pk in (
            ("asset_detail", machine.pk), ("asset_software", machine.pk),
            ("asset_impact", machine.pk), ("asset_life", machine.pk),
            ("asset_change", machine.pk), ("licence_detail", licence.pk),
            ("licence_change", licence.pk), ("supplier_contract_detail", contract.pk),
            ("needs_study_detail", study.pk), ("count", count.pk), ("disposal", lot.pk),
            ("custody_sheet", sheet.pk), ("baseline", baseline.pk),
            ("brought_list", brought.pk), ("consumable_movements", toner.pk),
            ("asset_type_fields", machine.type_id), ("report", report.pk),
        )
    ]  # fmt: skip


def test_every_list_and_form_serves_everybody(open_page: OpenPage) -> None:
    people = cast()
    account = people.administrator.account
    pages = furnish(people)
    lists = [reverse(f"park:{name}_list") for name in (*KEPT, "energy_profile", "grid_factor")]
    lists += [reverse(f"park:{name}_list") for name in ("asset_type", "relation_kind")]
    lists += [
        reverse(f"park:{name}")
        for name in (
            "alerts", "deadlines", "low_stock", "licence_use", "counts", "disposals", "labels",
            "brought_lists", "baselines", "reports", "doubts", "agents", "budget",
        )
    ]  # fmt: skip
    adds = [reverse(f"park:{name}_add") for name in (*KEPT, "energy_profile", "relation_kind")]
    for language, width, paths in (("fr", 1440, lists), ("en", PHONE, [*adds, *pages])):
        page = open_page(paths[0], account, language=language, width=width)
        for path in paths:
            answer = page.goto(path)
            assert answer is not None
            assert answer.status == 200, path
            assert page.locator("html").get_attribute("lang") == language
            assert_accessible(page)
            assert_no_sideways_scroll(page)
        page.context.close()
