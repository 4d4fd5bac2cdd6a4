"""The pages of ``contracts`` in Chromium: axe-clean, both languages, a desk and a phone."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from compagnon.contracts.models import Calendar, Clock, ServiceContract
from compagnon.contracts.services import clocks
from compagnon.contracts.subjects import Facts, Measure, Subject
from compagnon.contracts.tests import factories
from compagnon.core.actor import Actor

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
HOUR = 3600


@pytest.fixture
def contract(cast: Any) -> ServiceContract:
    calendar = factories.calendar("Heures de bureau", code="bureau")
    factories.closure(calendar, date(2026, 12, 24), date(2026, 12, 31), label="Fin d’année")
    mail = factories.service("Messagerie", name_en="E-mail")
    factories.request_type(mail, "Créer une liste", name_en="Make a list")
    made = factories.contract(
        cast.client_a, calendar_=calendar, name="Support bureautique",
        targets={"take_up": HOUR, "first_response": 2 * HOUR},
    )  # fmt: skip
    for priority in (1, 2, 3):
        factories.commitment(made, "resolution", priority * 4 * HOUR, priorities=[priority])
    factories.commitment(made, "resolution", HOUR, service=mail)
    actor = Actor.system("tests")
    for key in range(1, 25):
        of = Subject("ticket", key, cast.client_a.pk)
        at = timezone.now() - timedelta(days=9 * key)
        facts = Facts(key % 3 + 1, "", None, None, "incident")
        clocks.start(actor=actor, subject=of, facts=facts, at=at)
        for hours, measure in enumerate(Measure, 1):
            done = at + timedelta(hours=hours * key / 3)
            clocks.stop(actor=actor, subject=of, measure=measure, at=done)
    return made


@pytest.mark.parametrize(
    "name",
    [
        "contract_list", "contract", "contract_add", "terms", "clock", "calendar_list", "calendar",
        "calendar_change", "catalogue",
    ],
)  # fmt: skip
def test_pages_serve_everybody(
    inspect: Any, cast: Any, contract: ServiceContract, name: str
) -> None:
    keys = {
        "contract": contract.pk,
        "terms": contract.pk,
        "clock": Clock.objects.order_by("-elapsed_seconds")[0].pk,
        "calendar": Calendar.objects.get().pk,
        "calendar_change": Calendar.objects.get().pk,
    }
    args = [keys[name]] if name in keys else []
    inspect(reverse(f"contracts:{name}", args=args), cast.supervisor.account)


@pytest.mark.parametrize("width", [1440, 390])
def test_terms_are_weighed_then_put_in_force(
    open_page: Any, cast: Any, contract: ServiceContract, width: int
) -> None:
    from compagnon.ui.tests.browser import assert_accessible, assert_no_sideways_scroll

    address = reverse("contracts:terms", args=[contract.pk])
    page = open_page(address, cast.supervisor.account, width=width)
    target = page.get_by_label("Délai").first
    target.fill("10 min")
    target.press("Enter")
    page.get_by_role("heading", name="Ce que cela aurait donné", exact=True).wait_for()
    expect(page.locator("#effect svg[role=img]").nth(3)).to_be_attached()
    assert_accessible(page)
    assert_no_sideways_scroll(page)
    assert contract.commitments.filter(target_seconds=600).count() == 0
    page.get_by_role("button", name="Mettre en vigueur").click()
    page.wait_for_url(f"**{reverse('contracts:contract', args=[contract.pk])}")
    assert contract.commitments.filter(target_seconds=600, retired_at=None).count() == 1
