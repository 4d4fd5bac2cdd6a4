"""Tasks of a ticket and the sheet that the user signs."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from compagnon.core.actor import Actor
from compagnon.core.errors import Invalid, NotFound, Refused, Stale
from compagnon.desk import services
from compagnon.desk.errors import AlreadySigned, IllegalMove
from compagnon.desk.models import Ticket, WorkMode, WorkState, WorkTask
from compagnon.desk.services.work import sheet_digest
from compagnon.people.tests.factories import Cast

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 64


@pytest.fixture
def task(people: Cast, technician: Actor, ticket: Ticket) -> WorkTask:
    """An appointment on site."""
    return services.plan_task(
        actor=technician,
        ticket_id=ticket.pk,
        title="Remplacer le four",
        mode=WorkMode.ON_SITE,
        assignee=people.technician,
        planned_start=timezone.now() + timedelta(hours=3),
        planned_seconds=3600,
    )


def test_an_appointment_is_at_the_user_s_site(people: Cast, task: WorkTask) -> None:
    assert (task.state, task.site) == (WorkState.TODO, people.site_a)


def test_reporting_the_time_spent(technician: Actor, task: WorkTask) -> None:
    done = services.complete_task(
        actor=technician,
        task_id=task.pk,
        spent_seconds=2700,
        travel_seconds=1800,
        note="Four remplacé",
        expected_version=1,
    )
    assert (done.state, done.spent_seconds, done.travel_seconds) == (WorkState.DONE, 2700, 1800)
    with pytest.raises(IllegalMove):
        services.complete_task(actor=technician, task_id=task.pk, spent_seconds=1)
    with pytest.raises(IllegalMove):
        services.cancel_task(actor=technician, task_id=task.pk)


@pytest.mark.parametrize("seconds", [-1, 32 * 24 * 3600])
def test_a_duration_out_of_bounds_is_refused(
    technician: Actor, task: WorkTask, seconds: int
) -> None:
    with pytest.raises(Invalid):
        services.complete_task(actor=technician, task_id=task.pk, spent_seconds=seconds)


def test_a_task_changed_meanwhile(technician: Actor, task: WorkTask) -> None:
    with pytest.raises(Stale):
        services.complete_task(
            actor=technician, task_id=task.pk, spent_seconds=1, expected_version=7
        )


def test_a_user_plans_nothing(user: Actor, ticket: Ticket) -> None:
    with pytest.raises(Refused):
        services.plan_task(actor=user, ticket_id=ticket.pk, title="Venez")


def test_the_user_signs_on_the_technician_s_phone(technician: Actor, task: WorkTask) -> None:
    services.complete_task(actor=technician, task_id=task.pk, spent_seconds=2700)
    sheet = services.prepare_sheet(actor=technician, task_id=task.pk, report="Four remplacé.")
    signed = services.sign_sheet(
        actor=technician, sheet_id=sheet.pk, name="Ursule Petit", signature=PNG, remarks="Merci"
    )
    signed.refresh_from_db()
    assert signed.signed_at is not None
    assert signed.digest == sheet_digest(signed)
    signed.report = "Autre chose"
    assert signed.digest != sheet_digest(signed)
    with pytest.raises(AlreadySigned):
        services.sign_sheet(actor=technician, sheet_id=sheet.pk, name="X", signature=PNG)
    with pytest.raises(AlreadySigned):
        services.prepare_sheet(actor=technician, task_id=task.pk, report="Autre chose")


def test_the_user_signs_by_themselves(user: Actor, technician: Actor, task: WorkTask) -> None:
    sheet = services.prepare_sheet(actor=technician, task_id=task.pk, report="Four remplacé.")
    with pytest.raises(IllegalMove):
        services.sign_sheet(actor=user, sheet_id=sheet.pk, name="U", signature=PNG)
    services.complete_task(actor=technician, task_id=task.pk, spent_seconds=2700)
    assert services.sign_sheet(actor=user, sheet_id=sheet.pk, name="U", signature=PNG).signed_at


@pytest.mark.parametrize("state", [WorkState.HELD, WorkState.CANCELLED])
def test_what_was_not_done_is_not_signed_for(
    technician: Actor, task: WorkTask, state: WorkState
) -> None:
    sheet = services.prepare_sheet(actor=technician, task_id=task.pk, report="Four remplacé.")
    WorkTask.objects.update(state=state)
    with pytest.raises(IllegalMove):
        services.sign_sheet(actor=technician, sheet_id=sheet.pk, name="U", signature=PNG)


def test_what_is_not_a_signature_is_refused(
    outsider: Actor, technician: Actor, task: WorkTask
) -> None:
    services.complete_task(actor=technician, task_id=task.pk, spent_seconds=2700)
    sheet = services.prepare_sheet(actor=technician, task_id=task.pk, report="Four remplacé.")
    for name, signature in (
        ("", PNG),
        ("X", b"<svg onload=alert(1)>"),
        ("X", PNG + b"0" * 200_000),
    ):
        with pytest.raises(Invalid):
            services.sign_sheet(actor=technician, sheet_id=sheet.pk, name=name, signature=signature)
    with pytest.raises(NotFound):
        services.sign_sheet(actor=outsider, sheet_id=sheet.pk, name="X", signature=PNG)


def test_what_was_signed_for_no_longer_changes(technician: Actor, task: WorkTask) -> None:
    services.complete_task(actor=technician, task_id=task.pk, spent_seconds=2700)
    sheet = services.prepare_sheet(actor=technician, task_id=task.pk, report="Four remplacé.")
    services.sign_sheet(actor=technician, sheet_id=sheet.pk, name="U", signature=b"")
    with pytest.raises(AlreadySigned):
        services.complete_task(actor=technician, task_id=task.pk, spent_seconds=7200)
    with pytest.raises(AlreadySigned):
        services.cancel_task(actor=technician, task_id=task.pk)
    sheet.refresh_from_db()
    assert sheet.digest == sheet_digest(sheet)
