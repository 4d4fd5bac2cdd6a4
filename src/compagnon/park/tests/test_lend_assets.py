"""Loans: days are never shared."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from compagnon.core.errors import Conflict, Invalid, NotFound, Refused
from compagnon.park.errors import Sealed, Taken
from compagnon.park.models import Asset, Loan, LoanDay
from compagnon.park.queries import life
from compagnon.park.services import loans
from compagnon.park.tests import factories
from compagnon.people.tests import factories as people_factories
from compagnon.people.tests.factories import Cast, actor, system

MONDAY = date(2027, 3, 1)


def day(n: int) -> date:
    return MONDAY + timedelta(days=n)


def reserve(people: Cast, asset: Asset, first: int, last: int) -> Loan:
    return loans.reserve(
        actor=system(),
        asset_id=asset.pk,
        borrower=people.user,
        first_day=day(first),
        last_day=day(last),
    )


@pytest.mark.django_db
def test_two_loans_never_share_a_day(people: Cast) -> None:
    row = factories.asset(people.client_a, is_loanable=True, state="stock")
    first = reserve(people, row, 0, 4)
    for begin, end in ((4, 6), (0, 0), (-3, 9), (2, 3)):
        with pytest.raises(Taken):
            reserve(people, row, begin, end)
    assert Loan.objects.count() == 1
    second = reserve(people, row, 5, 6)
    with pytest.raises(Taken):
        loans.extend(actor=system(), loan_id=first.pk, last_day=day(5))
    loans.cancel(actor=system(), loan_id=second.pk)
    loans.extend(actor=system(), loan_id=first.pk, last_day=day(5))
    assert LoanDay.objects.count() == 6
    # The database itself holds it, whoever writes.
    with pytest.raises(IntegrityError), transaction.atomic():
        LoanDay.objects.create(loan=first, asset=row, day=day(0))


@pytest.mark.django_db
def test_an_asset_goes_out_and_comes_back(people: Cast) -> None:
    row = factories.asset(people.client_a, is_loanable=True, state="stock")
    today = timezone.localdate()
    loan = loans.reserve(
        actor=system(), asset_id=row.pk, borrower=people.user,
        first_day=today - timedelta(days=5), last_day=today + timedelta(days=3),
    )  # fmt: skip
    with pytest.raises(Sealed):
        loans.take_back(actor=system(), loan_id=loan.pk)
    loans.hand_out(actor=system(), loan_id=loan.pk)
    row.refresh_from_db()
    assert (row.state, row.person) == ("use", people.user)
    assert list(life.overdue(system())) == []
    Loan.objects.filter(pk=loan.pk).update(last_day=today - timedelta(days=1))
    assert list(life.overdue(system())) == [loan]
    Loan.objects.filter(pk=loan.pk).update(last_day=today + timedelta(days=3))
    loans.take_back(actor=system(), loan_id=loan.pk)
    row.refresh_from_db()
    assert (row.state, row.person) == ("stock", None)
    assert not LoanDay.objects.filter(day__gt=today).exists()


@pytest.mark.django_db
def test_what_is_not_lent_is_refused(people: Cast) -> None:
    row = factories.asset(people.client_a, state="stock")
    with pytest.raises(Invalid):
        reserve(people, row, 0, 1)
    Asset.objects.update(is_loanable=True)
    with pytest.raises(Invalid):
        reserve(people, row, 2, 1)
    with pytest.raises(Invalid):
        reserve(people, row, 0, 400)
    said = {"borrower": people.user, "first_day": day(0), "last_day": day(1)}
    with pytest.raises(NotFound):
        loans.reserve(actor=actor(people.outsider), asset_id=row.pk, **said)
    Asset.objects.update(person=people.user)
    with pytest.raises(Refused):
        loans.reserve(actor=actor(people.user), asset_id=row.pk, **said)
    one, two = reserve(people, row, 0, 1), reserve(people, row, 2, 3)
    loans.hand_out(actor=system(), loan_id=one.pk)
    with pytest.raises(Conflict):
        loans.hand_out(actor=system(), loan_id=two.pk)


@pytest.mark.django_db
def test_the_week_is_drawn(people: Cast) -> None:
    row = factories.asset(people.client_a, "vidéo-1", is_loanable=True, state="stock")
    client = Client()
    client.force_login(people.administrator.account)
    answer = client.post(
        "/park/loans/reserve/",
        {"asset": row.pk, "borrower": people.user.pk,
         "first_day": "2027-03-02", "last_day": "2027-03-03"},
    )  # fmt: skip
    assert answer.status_code == 302
    page = client.get(answer["Location"]).content.decode()
    assert page.count(people.user.last_name) >= 2
    loan = Loan.objects.get()
    week = life.week(system(), MONDAY)
    assert [cell.loan is not None for cell in week[0].cells] == [False, True, True] + [False] * 4
    client.post(f"/park/loans/{loan.pk}/do/extend/", {"last_day": "2027-03-05"})
    week = life.week(system(), MONDAY)
    assert [cell.loan is not None for cell in week[0].cells] == [False] + [True] * 4 + [False] * 2
    client.post(f"/park/loans/{loan.pk}/do/extend/", {"last_day": "demain"})
    loan.refresh_from_db()
    assert loan.last_day.isoformat() == "2027-03-05"
    assert client.post(f"/park/loans/{loan.pk}/do/burn/").status_code == 404


@pytest.mark.django_db
def test_what_goes_out_early_is_taken_from_that_day(people: Cast) -> None:
    row = factories.asset(people.client_a, is_loanable=True, state="stock")
    ahead = (timezone.localdate() - MONDAY).days
    loan = reserve(people, row, ahead + 3, ahead + 4)
    between = reserve(people, row, ahead + 1, ahead + 1)
    with pytest.raises(Taken):
        loans.hand_out(actor=system(), loan_id=loan.pk)
    loans.cancel(actor=system(), loan_id=between.pk)
    loans.hand_out(actor=system(), loan_id=loan.pk)
    loan.refresh_from_db()
    assert (loan.state, loan.first_day) == ("out", timezone.localdate())
    with pytest.raises(Taken):
        reserve(people, row, ahead + 1, ahead + 1)


@pytest.mark.django_db
def test_a_client_lends_to_its_departments(people: Cast) -> None:
    below = people_factories.organisation("Service", parent=people.client_a)
    borrower = people_factories.person(below, "Zoé", "Duservice")
    row = factories.asset(people.client_a, is_loanable=True, state="stock")
    client = Client()
    client.force_login(people.administrator.account)
    asks = f"/people/pick/persons/?within={people.client_a.pk}"
    assert asks in client.get("/park/loans/").content.decode()
    assert asks in client.get(f"/park/assets/{row.pk}/life/").content.decode()
    found = client.get(asks, {"within": people.client_a.pk, "q": "duserv"}).content.decode()
    assert "Duservice" in found
    found = client.get(asks, {"within": people.client_b.pk, "q": "duserv"}).content.decode()
    assert "Duservice" not in found
    loans.reserve(
        actor=system(), asset_id=row.pk, borrower=borrower, first_day=day(0), last_day=day(0)
    )


@pytest.mark.django_db
def test_without_scripts_a_borrower_is_written_in_words(people: Cast) -> None:
    first = people_factories.person(people.client_a, "Zoé", "Delarivière")
    people_factories.person(people.client_a, "Ange", "Delarivière")
    people_factories.person(people.client_b, "Yann", "Ducoin")
    row = factories.asset(people.client_a, is_loanable=True, state="stock")
    client = Client()
    client.force_login(people.administrator.account)
    said = {"asset": row.pk, "first_day": "2027-03-02", "last_day": "2027-03-03"}

    def sent(words: str) -> tuple[int, str]:
        answer = client.post("/park/loans/reserve/", {**said, "borrower": words})
        return answer.status_code, answer.content.decode()

    status, page = sent("delarivière")
    assert status == 422
    assert f"Zoé Delarivière ({first.pk})" in page
    assert "Ange Delarivière (" in page
    # Neither in words nor by key: somebody of another organisation does not borrow.
    assert sent("ducoin")[0] == sent("9" * 18)[0] == sent("")[0] == 422
    assert not Loan.objects.exists()
    assert sent("zoé delarivière")[0] == 302
    assert Loan.objects.get().borrower == first
