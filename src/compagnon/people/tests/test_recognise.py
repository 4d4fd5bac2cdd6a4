"""Making an unknown sender known."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from compagnon.core.actor import Actor, Source
from compagnon.core.errors import Invalid, Refused
from compagnon.people.models import ContactPoint, Organisation, Person
from compagnon.people.services import organisations, persons
from compagnon.people.tests import factories as f


def intake() -> Actor:
    return Actor.system("intake", source=Source.MAIL)


def test_a_known_address_gives_its_person(cast: f.Cast) -> None:
    found = persons.recognise(actor=intake(), address="Ursule@CLIENT-A.example", name="Whoever")
    assert found == cast.user


def test_an_unknown_address_goes_to_the_owner_of_the_nearest_domain(cast: f.Cast) -> None:
    workshop = f.organisation(
        "Atelier", parent=cast.client_a, domains=("atelier.client-a.example",), language="en"
    )
    made = persons.recognise(
        actor=intake(), address="Jean@pc1.atelier.client-a.example", name="DUPONT Jean"
    )
    assert (made.organisation, made.first_name, made.last_name) == (workshop, "Jean", "Dupont")
    assert (made.origin, made.language) == ("mail", "en")
    assert persons.recognise(actor=intake(), address="x@client-a.example").organisation == (
        cast.client_a
    )
    # client-a.example must not own otherclient-a.example.
    stranger = persons.recognise(actor=intake(), address="x@otherclient-a.example")
    assert stranger.organisation.code == organisations.UNKNOWN_SENDERS


def test_a_stranger_goes_below_the_provider(cast: f.Cast) -> None:
    made = persons.recognise(actor=intake(), address="jean.dupont@nowhere.example")
    assert made.organisation.code == organisations.UNKNOWN_SENDERS
    assert made.organisation.parent == cast.provider
    assert str(made) == "Jean Dupont"
    again = persons.recognise(actor=intake(), address="other@nowhere.example")
    assert again.organisation == made.organisation


def test_a_closed_owner_is_passed_over(cast: f.Cast) -> None:
    organisations.deactivate(actor=f.system(), organisation=cast.client_b)
    made = persons.recognise(actor=intake(), address="new@client-b.example")
    assert made.organisation.code == organisations.UNKNOWN_SENDERS


@pytest.mark.django_db
def test_on_an_empty_database() -> None:
    made = persons.recognise(actor=intake(), address="root@localhost")
    assert made.organisation.parent is None


@pytest.mark.parametrize("name", ["\0", "x" * 5000, "'\"", "\u202egnp", "a\r\nBcc: b"])
def test_a_hostile_name_is_kept_harmless(cast: f.Cast, name: str) -> None:
    made = persons.recognise(actor=intake(), address="h@nowhere.example", name=name)
    made.refresh_from_db()
    assert made.last_name
    assert str(made).isprintable()


@pytest.mark.parametrize("address", ["", "nobody", "<>", "a@b@c", "x" * 400 + "@example.org"])
def test_what_is_not_an_address_is_refused(cast: f.Cast, address: str) -> None:
    with pytest.raises(Invalid):
        persons.recognise(actor=intake(), address=address)


def test_a_technician_recognises_where_they_manage_persons(cast: f.Cast) -> None:
    assert persons.recognise(actor=f.actor(cast.technician), address="new@client-a.example")
    with pytest.raises(Refused):
        persons.recognise(actor=f.actor(cast.user), address="newer@client-a.example")


@pytest.mark.django_db(transaction=True)
def test_many_at_once_make_one_person_and_one_organisation() -> None:
    f.organisation("Assistance", kind="provider")

    def deliver(_number: int) -> int:
        try:
            return persons.recognise(actor=intake(), address="same@nowhere.example").pk
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(deliver, range(24)))
    assert len(found) == 1
    assert Person.objects.count() == 1
    assert ContactPoint.objects.count() == 1
    assert Organisation.objects.filter(code=organisations.UNKNOWN_SENDERS).count() == 1
