"""People of a directory: previewed, carried out as previewed, nobody deleted."""

from __future__ import annotations

import pytest

from compagnon.core.models import Entry
from compagnon.people.models import (
    Account,
    ApiToken,
    Directory,
    DirectoryLink,
    Person,
)
from compagnon.people.queries import may_enter, person_by_email
from compagnon.people.services import directories, directory_links, persons
from compagnon.people.tests import factories
from compagnon.people.tests.directories import (
    Book,
    person_of,
    previewed,
    steps,
    synchronised,
    told,
)
from compagnon.people.tests.factories import Cast, system

pytestmark = pytest.mark.django_db


def test_a_preview_changes_nothing(found: Directory, book: Book) -> None:
    book.put("amel", "Amel", "Durand", phone="+33123456789", job_title="Comptable")
    before = Person.objects.count(), Account.objects.count()
    run = previewed(found)
    assert (run.state, run.people, run.counts["create"]) == ("ready", 1, 1)
    assert (Person.objects.count(), Account.objects.count()) == before
    step = run.steps.get()
    assert step.label == "Amel Durand"
    assert step.changes["job_title"] == ["", "Comptable"]


def test_people_are_added_with_their_account(found: Directory, book: Book) -> None:
    book.put("amel", "Amel", "Durand", phone="+33123456789", job_title="Comptable", language="en")
    run = synchronised(found)
    assert (run.state, steps(run, "create")) == ("done", [("amel", "", "done")])
    made = person_of("amel")
    assert (str(made), made.job_title, made.language) == ("Amel Durand", "Comptable", "en")
    assert made.organisation == found.organisation
    assert made.account.email == "amel@client-a.example"
    assert not made.account.has_usable_password()
    assert {one.value for one in made.contact_points.all()} == {
        "amel@client-a.example", "+33123456789"
    }  # fmt: skip


def test_a_second_synchronisation_has_nothing_to_do(found: Directory, book: Book) -> None:
    book.put("amel", phone="+33123456789", emails=("a@client-a.example", "b@client-a.example"))
    team = factories.team(found.organisation)
    book.group("g1", "support")
    book.change("amel", groups=("g1",))
    directories.add_rule(actor=system(), directory=found, group="Support", team=team)
    synchronised(found)
    # The order of an attribute's values means nothing.
    book.change("amel", emails=("b@client-a.example", "a@client-a.example"))
    Directory.objects.update(ok_at=None)
    assert told(previewed(found)) == []
    found.refresh_from_db()
    assert found.ok_at is not None


def test_who_is_known_by_mail_is_recognised(
    cast: Cast,
    found: Directory,
    book: Book,
) -> None:
    book.put("upetit", "Ursule", "PETIT-Grand", mail="ursule@client-a.example")
    before = Person.objects.count()
    run = synchronised(found)
    assert told(run) == [("link", "upetit")]
    assert run.steps.get().changes["last_name"] == ["Petit", "PETIT-Grand"]
    assert Person.objects.count() == before
    assert person_of("upetit").pk == cast.user.pk


def test_a_field_and_a_place_that_change(found: Directory, book: Book) -> None:
    book.put("amel", "Amel", "Durand")
    synchronised(found)
    key = person_of("amel").pk
    book.change(
        "amel",
        last_name="Durand-Élan",
        dn="uid=adurand,ou=direction,dc=exemple",
        login="adurand",
        emails=("amel.elan@client-a.example",),
    )
    run = synchronised(found)
    assert told(run) == [("change", "amel")]
    link = DirectoryLink.objects.get(stable_id="amel")
    assert (link.person_id, link.login) == (key, "adurand")
    assert link.dn == "uid=adurand,ou=direction,dc=exemple"
    link.person.refresh_from_db()
    assert link.person.last_name == "Durand-Élan"
    assert link.person.account.email == "amel.elan@client-a.example"
    # The old address is still known to be hers.
    assert person_by_email("amel@client-a.example") == link.person


def test_who_leaves_is_suspended_and_comes_back(
    cast: Cast,
    found: Directory,
    book: Book,
) -> None:
    for key in ("amel", "bao"):
        book.put(key)
    synchronised(found)
    amel = person_of("amel")
    account = amel.account
    token = ApiToken.objects.create(
        account=account, name="x", prefix="abcdef", digest="0" * 64, expires_at="2030-01-01T00:00Z"
    )
    gone = book.people.pop("amel")
    run = synchronised(found)
    assert steps(run, "suspend") == [("amel", "gone", "done")]
    amel.refresh_from_db()
    token.refresh_from_db()
    assert not amel.is_active
    assert token.revoked_at is not None
    assert not may_enter(Account.objects.get(pk=account.pk))
    book.people["amel"] = gone
    assert told(synchronised(found)) == [("restore", "amel")]
    amel.refresh_from_db()
    assert amel.is_active
    assert DirectoryLink.objects.get(person=amel).suspended_at is None


def test_who_is_disabled_there_is_suspended_and_a_stranger_is_not_added(
    found: Directory,
    book: Book,
) -> None:
    book.put("amel")
    book.put("ferme", is_disabled=True)
    assert told(synchronised(found)) == [("create", "amel")]
    book.change("amel", is_disabled=True)
    assert steps(synchronised(found), "suspend") == [("amel", "disabled", "done")]


def test_who_was_closed_here_stays_closed(found: Directory, book: Book) -> None:
    book.put("amel")
    synchronised(found)
    persons.deactivate(actor=system(), person=person_of("amel"))
    assert steps(previewed(found), "conflict") == [("amel", "closed", "todo")]
    persons.reactivate(actor=system(), person=person_of("amel"))
    # Suspended by the directory, opened again by hand, then closed by hand: that is the last word.
    gone = book.people.pop("amel")
    book.put("bao")
    synchronised(found)
    persons.reactivate(actor=system(), person=person_of("amel"))
    persons.deactivate(actor=system(), person=person_of("amel"))
    book.people["amel"] = gone
    assert steps(synchronised(found), "conflict") == [("amel", "closed", "todo")]
    assert not person_of("amel").is_active


def test_closed_by_hand_and_then_gone_is_not_brought_back(found: Directory, book: Book) -> None:
    book.put("amel")
    book.put("bao")
    synchronised(found)
    persons.deactivate(actor=system(), person=person_of("amel"))
    gone = book.people.pop("amel")
    synchronised(found)
    book.people["amel"] = gone
    assert steps(synchronised(found), "conflict") == [("amel", "closed", "todo")]
    book.change("amel", is_disabled=True)
    synchronised(found)
    book.change("amel", is_disabled=False)
    synchronised(found)
    assert not person_of("amel").is_active


def test_two_entries_with_one_address(found: Directory, book: Book) -> None:
    book.put("amel", mail="commun@client-a.example")
    book.put("bao", mail="commun@client-a.example")
    run = synchronised(found)
    assert steps(run, "conflict") == [("amel", "same-mail", "todo"), ("bao", "same-mail", "todo")]
    assert not DirectoryLink.objects.exists()


def test_the_known_one_keeps_an_address_that_another_takes(
    found: Directory,
    book: Book,
) -> None:
    book.put("amel")
    synchronised(found)
    book.put("bao", mail="amel@client-a.example")
    run = synchronised(found)
    assert told(run) == [("conflict", "bao")]
    assert person_of("amel").is_active


def test_an_address_of_somebody_who_left_is_not_another(
    found: Directory,
    book: Book,
) -> None:
    book.put("amel")
    book.put("bao")
    synchronised(found)
    del book.people["amel"]
    book.put("amel2", mail="amel@client-a.example")
    run = previewed(found)
    assert steps(run, "conflict") == [("amel2", "reused", "todo")]
    # By hand, it is the same person under another identity.
    amel = person_of("amel")
    directory_links.link(
        actor=system(), directory=found, person=amel, stable_id="amel2", dn="x", login="amel"
    )
    assert told(synchronised(found))[0] == ("change", "amel2")
    assert person_of("amel2") == amel


def test_the_address_of_another_client_is_left_alone(
    cast: Cast,
    found: Directory,
    book: Book,
) -> None:
    book.put("o", mail="oscar@client-b.example")
    assert steps(previewed(found), "conflict") == [("o", "elsewhere", "todo")]


def test_the_journal_holds_what_happened(found: Directory, book: Book) -> None:
    book.put("amel")
    synchronised(found)
    verbs = list(
        Entry.objects.filter(object_type="people.directory")
        .order_by("id")
        .values_list("verb", flat=True)
    )
    assert verbs == ["directory.create", "directory.preview", "directory.apply", "directory.end"]
    assert "Annuaire" not in str(
        [*Entry.objects.filter(object_type="people.person").values("before", "after")]
    )
