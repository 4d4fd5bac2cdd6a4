"""Asking for new passwords fills neither a mailbox nor the queue of tasks."""

from __future__ import annotations

from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from compagnon.core.models import Task
from compagnon.core.tasks.worker import run_due
from compagnon.people.tests.factories import Cast


def ask(address: str, times: int, **headers: str) -> None:
    for _turn in range(times):
        Client().post(reverse("account_reset_password"), {"email": address}, **headers)


def test_one_mailbox_gets_few(cast: Cast) -> None:
    cache.clear()
    ask(cast.user.account.email, 40)
    run_due()
    to_user = [one for one in mail.outbox if cast.user.account.email in one.to]
    assert 1 <= len(to_user) <= 5


def test_other_spellings_and_addresses_of_callers_get_no_more(cast: Cast) -> None:
    cache.clear()
    email = cast.user.account.email
    for number, spelling in enumerate([email, email.upper(), f" {email} ", email.title()] * 5):
        ask(spelling, 1, REMOTE_ADDR=f"198.51.100.{number + 1}")
    run_due()
    assert len([one for one in mail.outbox if email in [to.lower() for to in one.to]]) <= 5


def test_unknown_addresses_leave_nothing(cast: Cast) -> None:
    cache.clear()
    before = Task.objects.count()
    for number in range(15):
        ask(f"personne{number}@nulle-part.example", 1)
    assert Task.objects.count() == before
    run_due()
    assert mail.outbox == []


def test_a_mail_opens_few_answers(cast: Cast, deliver) -> None:
    """An unknown sender who writes a hundred times is not acknowledged a hundred times."""
    from compagnon.desk.tests.factories import mail as written

    for number in range(30):
        deliver(written(From="Flot <flot@nulle-part.example>", Subject=f"Panne {number}"))
    run_due()
    assert len([one for one in mail.outbox if "flot@nulle-part.example" in one.to]) < 30
