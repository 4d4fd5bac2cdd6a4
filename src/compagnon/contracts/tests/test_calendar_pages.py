"""The pages of calendars and of the catalogue."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from compagnon.contracts.clock import BUILT_IN
from compagnon.contracts.clock.words import duration_words
from compagnon.contracts.forms.fields import DurationField, HoursField
from compagnon.contracts.frozen import freeze
from compagnon.contracts.models import Calendar, RequestType, Service
from compagnon.contracts.previews import preview
from compagnon.contracts.tests import factories
from compagnon.core.models import Entry

SignIn = Callable[..., Client]
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@pytest.fixture
def manager(cast: Any, signed_in: SignIn) -> Client:
    return signed_in(cast.provider, "calendar.manage", "catalogue.manage", "person.view")


@pytest.fixture
def user(cast: Any, signed_in: SignIn) -> Client:
    return signed_in(cast.client_a)


def page(client: Client, name: str, *args: object, status: int = 200, **query: str) -> str:
    answer = client.get(reverse(f"contracts:{name}", args=args), query)
    assert answer.status_code == status
    return answer.content.decode()


def sent(*closures: dict[str, Any], **values: Any) -> dict[str, Any]:
    """What the form of a calendar sends."""
    found: dict[str, Any] = {
        "action": "save", "name": "Bureau", "code": "bureau", "time_zone": "Europe/Paris",
        "holiday_country": "FR", "is_active": "on",
        **dict.fromkeys(DAYS[:5], "9h-12h30, 13:30–18h"), **values,
        "d-TOTAL_FORMS": len(closures) + 2, "d-INITIAL_FORMS": 0,
    }  # fmt: skip
    for index in range(len(closures) + 2):
        found[f"d-{index}-kind"] = "closed"
    for index, closure in enumerate(closures):
        found |= {f"d-{index}-{name}": value for name, value in closure.items()}
    return found


def post(client: Client, data: dict[str, Any], row: Calendar | None = None) -> Any:
    url = (
        reverse("contracts:calendar_change", args=[row.pk])
        if row
        else reverse("contracts:calendar_add")
    )
    return client.post(url, data)


def test_a_calendar_is_written_as_people_write_hours(manager: Client) -> None:
    assert (
        post(manager, sent({"first_day": "2026-08-10", "last_day": "2026-08-14"})).status_code
        == 302
    )
    row = Calendar.objects.get()
    assert row.weekly["monday"] == [["09:00", "12:30"], ["13:30", "18:00"]]
    assert "saturday" not in row.weekly
    assert (row.revision, row.closures.count()) == (1, 1)
    (entry,) = Entry.objects.filter(verb="calendar.create")
    assert entry.object_id == row.pk


def test_a_preview_saves_nothing(manager: Client) -> None:
    answer = post(manager, sent(action="preview"))
    assert answer.status_code == 200
    assert answer.context["preview"].open_days > 200
    assert not Calendar.objects.exists()


def test_a_calendar_is_changed(manager: Client) -> None:
    row = factories.calendar("Ancien")
    assert "Ancien" in page(manager, "calendar_change", row.pk)
    data = sent(version=row.version, is_always_open="on")
    assert post(manager, data, row).status_code == 302
    row.refresh_from_db()
    assert (row.is_always_open, row.weekly, row.holiday_country) == (True, {}, "")
    assert post(manager, data, row).status_code == 412


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"monday": "matin"}, "monday"),
        ({"monday": "9h-99h"}, "monday"),
        ({"time_zone": "Mars/Olympus"}, "time_zone"),
        ({"holiday_subdivision": "Texas"}, "holiday_subdivision"),
        ({"holiday_exceptions": "Noël-bis"}, "holiday_exceptions"),
        ({"name": ""}, "name"),
    ],
)
def test_what_cannot_be_read_is_refused_beside_its_field(
    manager: Client, wrong: dict[str, str], field: str
) -> None:
    answer = post(manager, sent(**wrong))
    assert answer.status_code == 422
    assert answer.context["form"].errors
    assert field in answer.context["form"].errors or field.startswith("holiday")
    assert not Calendar.objects.exists()


def test_an_impossible_closure_is_refused(manager: Client) -> None:
    answer = post(manager, sent({"first_day": "2026-08-14", "last_day": "2026-08-10"}))
    assert answer.status_code == 422
    assert not Calendar.objects.exists()


def test_everybody_sees_a_calendar_and_only_managers_write_it(
    user: Client, manager: Client
) -> None:
    row = factories.calendar("Bureau", code="bureau")
    factories.closure(row, date(2026, 12, 24), label="Réveillon")
    assert "Réveillon" in page(user, "calendar", row.pk, year="2026")
    assert "Bureau" in page(user, "calendar_list")
    page(user, "calendar_add", status=403)
    page(user, "calendar_change", row.pk, status=403)
    assert post(user, sent(), row).status_code == 403
    delete = reverse("contracts:calendar_delete", args=[row.pk])
    assert user.post(delete).status_code == 403
    assert manager.post(delete).status_code == 302
    assert not Calendar.objects.exists()


@pytest.mark.parametrize("year", ["0001", "9999", "abcd", "²025", ""])
def test_any_year_asked_shows_some_year(user: Client, year: str) -> None:
    page(user, "calendar", factories.calendar().pk, year=year)


def test_pages_ask_a_bounded_number_of_queries(
    manager: Client, django_assert_max_num_queries: Any
) -> None:
    for _ in range(4):
        factories.closure(factories.calendar(), date(2026, 5, 4))
    with django_assert_max_num_queries(12):
        page(manager, "calendar_list")


def test_a_year_in_france_has_its_holidays() -> None:
    drawn = preview(BUILT_IN["fr-office"], year=2026, now=datetime(2026, 4, 30, 15, tzinfo=UTC))
    # 261 weekdays less 1 Jan, 6 Apr, 1, 8, 14, 25 May, 14 Jul, 11 Nov and 25 Dec.
    assert drawn.open_days == 252
    assert [each.day for each in drawn.special if each.day.month == 5] == [
        date(2026, 5, 1), date(2026, 5, 8), date(2026, 5, 14), date(2026, 5, 25),
    ]  # fmt: skip
    first, second = drawn.openings[:2]
    assert (first.start.hour, first.end.hour, first.start.day) == (17, 18, 30)
    assert second.start.date() == date(2026, 5, 4)


def test_an_opening_that_goes_on_all_the_time_is_one() -> None:
    drawn = preview(BUILT_IN["24x7"], year=2026, now=datetime(2026, 1, 1, tzinfo=UTC))
    assert len(drawn.openings) == 1
    assert (drawn.open_hours, drawn.open_days) == (8760, 365)


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("", []),
        ("9h-12h", [["09:00", "12:00"]]),
        ("09:00–12:30 et 13:30-18:00", [["09:00", "12:30"], ["13:30", "18:00"]]),
        ("0:00-24:00", [["00:00", "24:00"]]),
        ("8h à 12h, 14h à 18h30", [["08:00", "12:00"], ["14:00", "18:30"]]),
    ],
)
def test_hours_as_people_write_them(text: str, hours: list[list[str]]) -> None:
    field = HoursField()
    assert field.clean(text) == hours
    assert field.clean(field.prepare_value(hours)) == hours


@pytest.mark.parametrize("seconds", [60, 1800, 3600, 5400, 14400, 3661, 360_000])
def test_a_duration_reads_back_as_it_is_shown(seconds: int) -> None:
    assert DurationField().clean(duration_words(seconds)) == seconds


@pytest.mark.django_db
def test_a_part_of_a_day_is_closed() -> None:
    row = factories.calendar()
    factories.closure(row, date(2026, 12, 24), from_time=time(12), until_time=time(0))
    drawn = preview(
        freeze(row, row.closures.all()), year=2026, now=datetime(2026, 1, 1, tzinfo=UTC)
    )
    (day,) = [
        each for _month, days in drawn.months for each in days if each.day == date(2026, 12, 24)
    ]
    assert day.open_seconds == 3 * 3600


# --- the catalogue ---------------------------------------------------------------------------


def test_the_catalogue_shows_what_is_offered(user: Client, manager: Client) -> None:
    mail = factories.service("Messagerie")
    factories.request_type(mail, "Créer une liste")
    part = factories.service("Agenda", parent=mail)
    factories.service("Minitel", is_active=False)
    shown = page(user, "catalogue")
    assert "Créer une liste" in shown
    assert "Minitel" not in shown
    assert shown.index("Messagerie") < shown.index(str(part))
    assert "Minitel" in page(manager, "catalogue")


def test_a_service_and_its_request_types_are_written(user: Client, manager: Client) -> None:
    page(manager, "service_add")
    data = {"code": "mail", "name_fr": "Messagerie", "is_active": "on"}
    assert user.post(reverse("contracts:service_add"), data).status_code == 403
    assert manager.post(reverse("contracts:service_add"), data).status_code == 302
    row = Service.objects.get()
    asked = {"service": row.pk, "name_fr": "Créer une liste", "kind": "service_request"}
    assert manager.post(reverse("contracts:request_type_add"), asked).status_code == 302
    assert RequestType.objects.get().service == row
    verbs = (
        Entry.objects.filter(object_type__startswith="contracts.")
        .order_by("id")
        .values_list("verb", flat=True)
    )
    assert list(verbs) == ["service.create", "request_type.create"]
    for name, pk in (("service", row.pk), ("request_type", RequestType.objects.get().pk)):
        page(user, f"{name}_list")
        page(user, f"{name}_detail", pk)


def test_a_service_in_use_is_not_deleted(manager: Client) -> None:
    row = factories.request_type().service
    answer = manager.post(reverse("contracts:service_delete", args=[row.pk]))
    assert answer.status_code == 409
    assert Service.objects.exists()


def test_a_service_is_not_part_of_itself(manager: Client) -> None:
    top = factories.service()
    low = factories.service(parent=factories.service(parent=top))
    data = {"code": top.code, "name_fr": top.name_fr, "parent": low.pk, "version": top.version}
    answer = manager.post(reverse("contracts:service_change", args=[top.pk]), data)
    assert answer.status_code in {409, 422}
    top.refresh_from_db()
    assert top.parent is None


def test_names_are_in_the_readers_language(cast: Any, signed_in: SignIn) -> None:
    factories.service("Messagerie", name_en="E-mail")
    assert "E-mail" in page(signed_in(cast.client_a, language="en"), "catalogue")
    assert "Messagerie" in page(signed_in(cast.client_a), "catalogue")
