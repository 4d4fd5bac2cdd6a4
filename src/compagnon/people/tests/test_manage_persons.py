"""Making persons, changing them, closing them; their contact points."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from compagnon.core import journal
from compagnon.core.errors import Conflict, Invalid, Refused, Stale
from compagnon.people.errors import AddressTaken, Escalation, LastAdministrator
from compagnon.people.models import ContactKind, ContactPoint, Person
from compagnon.people.queries import main_email
from compagnon.people.services import contact_points, persons
from compagnon.people.tests import factories as f


def test_create(cast: f.Cast) -> None:
    made = persons.create(
        actor=f.actor(cast.technician),
        organisation=cast.client_a,
        first_name="Élodie",
        last_name="Mœrs",
        email="Elodie@Client-A.example",
        phone="01 23 45 67 89",
        site=cast.site_a,
    )
    assert made.search_name == "moers elodie"
    assert {word.word for word in made.name_words.all()} == {"moers", "elodie"}
    assert [(one.kind, one.value, one.is_primary) for one in made.contact_points.all()] == [
        ("email", "elodie@client-a.example", True),
        ("phone", "+33123456789", True),
    ]
    assert main_email(made) == "elodie@client-a.example"
    assert made.language == "fr"


def test_the_journal_holds_nothing_personal(cast: f.Cast) -> None:
    made = persons.create(
        actor=f.system(), organisation=cast.client_a, last_name="Secret", email="s@x.example"
    )
    persons.change(actor=f.system(), person=made, changes={"last_name": "Caché", "is_vip": True})
    told = " ".join(f"{entry.before}{entry.after}" for entry in journal.history(made))
    assert "is_vip" in told
    assert "last_name" in told
    for word in ("Secret", "Caché", "s@x.example"):
        assert word not in told


def test_create_is_refused(cast: f.Cast) -> None:
    for who in (cast.user, cast.representative, cast.outsider):
        with pytest.raises(Refused):
            persons.create(actor=f.actor(who), organisation=cast.client_a, last_name="Neuf")
    with pytest.raises(AddressTaken):
        persons.create(
            actor=f.system(),
            organisation=cast.client_a,
            last_name="Neuf",
            email="URSULE@client-a.example",
        )
    with pytest.raises(Invalid):
        persons.create(actor=f.system(), organisation=cast.client_a, last_name=" ")
    with pytest.raises(Invalid, match="organisation"):
        persons.create(
            actor=f.system(), organisation=cast.client_b, last_name="Neuf", site=cast.site_a
        )
    assert not Person.objects.filter(last_name="Neuf").exists()


def test_a_department_works_on_the_companys_sites(cast: f.Cast) -> None:
    workshop = f.organisation("Atelier", parent=cast.client_a)
    made = persons.create(
        actor=f.system(), organisation=workshop, last_name="Neuf", site=cast.site_a
    )
    assert made.site == cast.site_a


def test_change_moves_and_renames(cast: f.Cast) -> None:
    changed = persons.change(
        actor=f.actor(cast.technician),
        person=cast.user,
        changes={"organisation": cast.client_b, "last_name": "Grand"},
        expected_version=1,
    )
    assert (changed.organisation, changed.site, changed.version) == (cast.client_b, None, 2)
    assert changed.search_name == "grand ursule"
    assert {word.word for word in changed.name_words.all()} == {"grand", "ursule"}


def test_people_change_their_own_language_and_ease_only(cast: f.Cast) -> None:
    actor = f.actor(cast.user)
    assert persons.change(actor=actor, person=cast.user, changes={"language": "en"})
    for changes in ({"is_vip": True}, {"last_name": "Grand"}, {"ease": "expert", "is_vip": True}):
        with pytest.raises(Refused):
            persons.change(actor=actor, person=cast.user, changes=changes)
    with pytest.raises(Refused):
        persons.change(actor=actor, person=cast.colleague, changes={"language": "en"})
    with pytest.raises(Invalid):
        persons.change(actor=actor, person=cast.user, changes={"language": "de"})
    with pytest.raises(Stale):
        persons.change(
            actor=actor, person=cast.user, changes={"language": "fr"}, expected_version=1
        )


def test_a_client_does_not_send_people_elsewhere(cast: f.Cast) -> None:
    manager = f.person(cast.client_a)
    f.grant(manager, f.role(verbs={"person.manage"}), cast.client_a)
    with pytest.raises(Refused):
        persons.change(
            actor=f.actor(manager), person=cast.user, changes={"organisation": cast.client_b}
        )


def test_deactivate_and_reactivate(cast: f.Cast) -> None:
    assert not persons.deactivate(actor=f.actor(cast.technician), person=cast.user).is_active
    assert persons.reactivate(actor=f.actor(cast.technician), person=cast.user).is_active


def test_deactivate_is_refused(cast: f.Cast) -> None:
    with pytest.raises(Escalation):
        persons.deactivate(actor=f.actor(cast.technician), person=cast.administrator)
    with pytest.raises(LastAdministrator):
        persons.deactivate(actor=f.system(), person=cast.administrator)
    with pytest.raises(Conflict):
        persons.deactivate(actor=f.actor(cast.administrator), person=cast.administrator)
    with pytest.raises(Refused):
        persons.deactivate(actor=f.actor(cast.user), person=cast.colleague)
    cast.administrator.refresh_from_db()
    assert cast.administrator.is_active


def test_contact_points_keep_one_main_a_kind(cast: f.Cast) -> None:
    actor = f.actor(cast.technician)
    other = contact_points.add(
        actor=actor, person=cast.user, kind=ContactKind.EMAIL, value="u@example.org"
    )
    assert not other.is_primary
    contact_points.make_primary(actor=actor, point=other)
    assert main_email(cast.user) == "u@example.org"
    contact_points.remove(actor=actor, point=other)
    assert main_email(cast.user) == "ursule@client-a.example"
    assert cast.user.contact_points.get().is_primary


def test_people_add_their_own_numbers_not_addresses(cast: f.Cast) -> None:
    actor = f.actor(cast.user)
    point = contact_points.add(
        actor=actor, person=cast.user, kind=ContactKind.MOBILE, value="06 12 34 56 78"
    )
    assert (point.value, point.is_primary) == ("+33612345678", True)
    contact_points.remove(actor=actor, point=point)
    with pytest.raises(Refused):
        contact_points.add(
            actor=actor, person=cast.user, kind=ContactKind.EMAIL, value="boss@client-a.example"
        )
    with pytest.raises(Refused):
        contact_points.remove(actor=actor, point=cast.user.contact_points.get())
    with pytest.raises(Refused):
        contact_points.add(
            actor=actor, person=cast.colleague, kind=ContactKind.PHONE, value="0123456789"
        )


def test_contact_points_are_refused(cast: f.Cast) -> None:
    def add(kind: str, value: str) -> ContactPoint:
        return contact_points.add(actor=f.system(), person=cast.user, kind=kind, value=value)

    with pytest.raises(AddressTaken):
        add("email", "oscar@client-b.example")
    with pytest.raises(Invalid):
        add("email", "pas une adresse")
    with pytest.raises(Invalid):
        add("phone", "pas un numéro")
    with pytest.raises(Invalid):
        add("pigeon", "0123456789")
    add("phone", "0123456789")
    with pytest.raises(Conflict):
        add("phone", "01 23 45 67 89")
    for number in range(18):
        add("phone", f"01234567{number:02}" if number != 89 else "0")
    with pytest.raises(Conflict):
        add("phone", "0999999999")


def test_who_is_known_by_an_address_or_a_name_is_changed_by_nobody_below(cast: f.Cast) -> None:
    actor = f.actor(cast.technician)
    chief = cast.administrator
    spare = f.contact(chief, "ada@home.example", primary=False)
    refused: list[Callable[[], object]] = [
        lambda: contact_points.add(actor=actor, person=chief, kind="email", value="me@x.example"),
        lambda: contact_points.make_primary(actor=actor, point=spare),
        lambda: contact_points.remove(actor=actor, point=spare),
        lambda: persons.change(actor=actor, person=chief, changes={"last_name": "Autre"}),
        lambda: persons.change(actor=actor, person=chief, changes={"organisation": cast.client_a}),
    ]
    for act in refused:
        with pytest.raises(Escalation):
            act()
    # What says nothing of who they are stays open to whoever keeps the directory.
    contact_points.add(actor=actor, person=chief, kind="phone", value="01 23 45 67 89")
    persons.change(
        actor=actor, person=chief, changes={"job_title": "DSI", "last_name": chief.last_name}
    )
    added = contact_points.add(
        actor=actor, person=cast.user, kind="email", value="ursule@home.example"
    )
    contact_points.remove(actor=actor, point=added)


def test_whoever_signs_in_keeps_a_mail_address(cast: f.Cast) -> None:
    actor = f.actor(cast.technician)
    with pytest.raises(Conflict):
        contact_points.remove(actor=actor, point=cast.user.contact_points.get(kind="email"))
    without_account = f.person(cast.client_a)
    contact_points.remove(actor=actor, point=without_account.contact_points.get())
    assert not without_account.contact_points.exists()
