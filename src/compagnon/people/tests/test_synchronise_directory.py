"""People and groups of a directory: previewed, carried out as previewed, nobody deleted."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from compagnon.core.errors import Conflict
from compagnon.core.models import Entry
from compagnon.core.tasks.worker import run_due
from compagnon.people.directory.types import DirectoryFailed
from compagnon.people.directory_checks import next_time
from compagnon.people.models import (
    Account,
    ApiToken,
    Directory,
    DirectoryGift,
    DirectoryLink,
    DirectoryRun,
    Membership,
    Person,
    RoleAssignment,
)
from compagnon.people.queries import may_enter, person_by_email
from compagnon.people.services import directories, directory_links, directory_runs, persons, teams
from compagnon.people.tests import factories
from compagnon.people.tests.directories import (
    Book,
    directory,
    previewed,
    synchronised,
    told,
)
from compagnon.people.tests.factories import Cast, role, system

pytestmark = pytest.mark.django_db


@pytest.fixture
def found(cast: Cast, book: Book) -> Directory:
    return directory(cast.client_a)


def person_of(key: str) -> Person:
    return DirectoryLink.objects.get(stable_id=key).person


def steps(run: DirectoryRun, action: str) -> list[tuple[str, str, str]]:
    rows = run.steps.filter(action=action).order_by("position")
    return list(rows.values_list("stable_id", "code", "state"))


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


def test_who_left_keeps_nothing_that_the_directory_gave(
    cast: Cast, found: Directory, book: Book
) -> None:
    """Opened again by hand, they would otherwise come back with the rights of their groups."""
    book.put("amel", groups=("g1",))
    book.put("bao", groups=("g1",))
    book.group("g1", "Support")
    role = factories.role(verbs={"ticket.view"})
    team = factories.team(cast.client_a)
    directories.add_rule(actor=system(), directory=found, group="Support", team=team)
    directories.add_rule(
        actor=system(), directory=found, group="Support", role=role, organisation=cast.client_a
    )
    synchronised(found)
    amel, bao = person_of("amel"), person_of("bao")
    gone = book.people.pop("amel")
    book.change("bao", is_disabled=True)
    book.put("chloe")
    run = synchronised(found)
    assert (run.counts["suspend"], run.counts["leave"], run.counts["take"]) == (2, 2, 2)
    assert run.losses == 2
    for one in (amel, bao):
        one.refresh_from_db()
        persons.reactivate(actor=system(), person=one)
        assert not one.role_assignments.exists()
        assert not one.teams.exists()
    assert not DirectoryGift.objects.exists()
    # Nothing more is to be done, until they return: then their groups count again.
    assert told(previewed(found)) == []
    book.people["amel"] = gone
    synchronised(found)
    assert set(amel.teams.all()) == {team}
    assert amel.role_assignments.get().role == role


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


def test_what_another_entry_gave_is_still_taken_back(
    cast: Cast, found: Directory, book: Book
) -> None:
    book.put("amel", groups=("g1",))
    book.put("autre", mail="")
    book.group("g1", "Support")
    team = factories.team(cast.client_a)
    directories.add_rule(actor=system(), directory=found, group="Support", team=team)
    synchronised(found)
    amel = person_of("amel")
    other = DirectoryLink.objects.get(stable_id="autre").person
    DirectoryLink.objects.filter(person=other).delete()
    book.people.pop("amel")
    directory_links.link(
        actor=system(), directory=found, person=amel, stable_id="autre", dn="uid=autre",
        login="autre",
    )  # fmt: skip
    synchronised(found)
    assert not amel.teams.exists()


def test_put_out_of_use_meanwhile_nothing_is_done(found: Directory, book: Book) -> None:
    book.put("amel")
    run = previewed(found)
    directory_runs.apply(actor=system(), run=run)
    Directory.objects.filter(pk=found.pk).update(is_active=False)
    run_due()
    run.refresh_from_db()
    assert (run.state, run.error) == ("failed", "unused")
    assert not DirectoryLink.objects.exists()
    # Nor is the rest, where it was put out of use half-way.
    Directory.objects.filter(pk=found.pk).update(is_active=True)
    run = previewed(found)
    DirectoryRun.objects.filter(pk=run.pk).update(
        state="applying", is_applied=True, started_at=timezone.now()
    )
    Directory.objects.filter(pk=found.pk).update(is_active=False)
    directory_runs.apply_previewed(run.pk)
    run.refresh_from_db()
    assert (run.state, run.error) == ("failed", "unused")
    assert not DirectoryLink.objects.exists()


@pytest.mark.parametrize("code", ["empty", "paging", "cut", "server"])
def test_a_reading_that_fails_changes_nothing(
    found: Directory,
    book: Book,
    code: str,
) -> None:
    book.put("amel")
    synchronised(found)
    if code == "empty":
        book.people.clear()
    else:
        book.failure = DirectoryFailed(code, "dit le serveur")
    run = previewed(found)
    assert run.state == "failed"
    assert run.error.startswith(code)
    assert person_of("amel").is_active
    found.refresh_from_db()
    assert (found.failures, found.error.startswith(code)) == (1, True)


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


def test_what_was_overtaken_is_not_carried_out(found: Directory, book: Book) -> None:
    book.put("amel")
    run = previewed(found)
    book.put("bao")
    directory_runs.apply(actor=system(), run=run)
    run_due()
    run.refresh_from_db()
    assert run.state == "stale"
    assert not DirectoryLink.objects.exists()


def test_above_the_ceiling_it_is_confirmed(found: Directory, book: Book) -> None:
    for number in range(12):
        book.put(f"p{number:02}")
    synchronised(found)
    for number in range(1, 12):
        del book.people[f"p{number:02}"]
    run = previewed(found)
    assert directory_runs.is_above_ceiling(run)
    with pytest.raises(Conflict):
        directory_runs.apply(actor=system(), run=run)
    # By itself, it stops there and says so.
    directory_runs.preview(actor=system(), directory=found, goes_on=True)
    run_due()
    assert Person.objects.filter(directory_link__isnull=False, is_active=True).count() == 12
    found.refresh_from_db()
    assert found.error == "ceiling"
    run = synchronised(found, confirmed=True)
    assert run.counts["suspend"] == 11
    assert Person.objects.filter(directory_link__isnull=False, is_active=True).count() == 1


def test_a_group_gives_and_takes_back_what_it_gave_alone(
    cast: Cast,
    found: Directory,
    book: Book,
) -> None:
    team = factories.team(cast.client_a, name="Support local")
    given = role(verbs={"person.view"})
    book.group("g1", "Support")
    book.put("amel", groups=("g1",))
    book.put("bao", groups=("g1",))
    directories.add_rule(actor=system(), directory=found, group="cn=SUPPORT, dc=exemple", team=team)
    directories.add_rule(
        actor=system(), directory=found, group="support", role=given, organisation=cast.client_a
    )
    run = synchronised(found)
    assert (run.counts["join"], run.counts["give"]) == (2, 2)
    amel, bao = person_of("amel"), person_of("bao")
    assert Membership.objects.filter(team=team).count() == 2
    assert RoleAssignment.objects.filter(role=given, organisation=cast.client_a).count() == 2
    # By hand, then also by the group: it stays when the group goes.
    by_hand = factories.team(cast.client_a, amel, name="À la main")
    directories.add_rule(actor=system(), directory=found, group="support", team=by_hand)
    synchronised(found)
    book.change("amel", groups=())
    run = synchronised(found)
    assert (run.counts["leave"], run.counts["take"]) == (1, 1)
    assert set(amel.teams.all()) == {by_hand}
    assert not RoleAssignment.objects.filter(person=amel).exists()
    assert set(bao.teams.all()) == {team, by_hand}


def test_a_group_of_another_name_is_told(found: Directory, book: Book) -> None:
    book.put("amel")
    book.group("g1", "Support")
    team = factories.team(found.organisation)
    directories.add_rule(actor=system(), directory=found, group="Suport", team=team)
    step = previewed(found).steps.get(action="conflict")
    assert (step.code, step.label) == ("no-group", "Suport")


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


def test_team_that_closed_is_told(cast: Cast, found: Directory, book: Book) -> None:
    team = factories.team(found.organisation)
    book.group("g1", "support")
    book.put("amel", groups=("g1",))
    directories.add_rule(actor=system(), directory=found, group="support", team=team)
    teams.change(actor=system(), team=team, changes={"is_active": False})
    assert steps(synchronised(found), "join") == [("amel", "conflict", "refused")]


def test_it_goes_on_where_it_was_after_a_crash(
    found: Directory, book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    for key in ("amel", "bao", "cleo"):
        book.put(key)
    run = previewed(found)
    directory_runs.apply(actor=system(), run=run, background=False)
    real, seen = directory_runs.carry_out_step, []

    def die_at_the_second(**given: Any) -> Person:
        seen.append(given["step"].stable_id)
        if len(seen) == 2:
            raise KeyboardInterrupt
        return real(**given)

    monkeypatch.setattr(directory_runs, "carry_out_step", die_at_the_second)
    with pytest.raises(KeyboardInterrupt):
        directory_runs.apply_previewed(run.pk)
    assert DirectoryLink.objects.count() == 1
    directory_runs.apply_previewed(run.pk)
    run.refresh_from_db()
    assert (run.state, DirectoryLink.objects.count()) == ("done", 3)
    assert seen == ["amel", "bao", "bao", "cleo"]


def test_by_itself_at_its_time(cast: Cast, book: Book) -> None:
    row = directory(cast.client_a, schedule="every", every_minutes=30)
    book.put("amel")
    assert directory_runs.due() == []
    Directory.objects.filter(pk=row.pk).update(next_at=timezone.now())
    for pk in directory_runs.due():
        directory_runs.begin_due(pk)
    run_due()
    assert DirectoryLink.objects.count() == 1
    row.refresh_from_db()
    assert row.ok_at is not None
    assert row.next_at > timezone.now() + timedelta(minutes=25)
    assert directory_runs.due() == []


def test_each_night_by_the_clock_of_the_organisation(cast: Cast, book: Book) -> None:
    row = directory(cast.client_a, schedule="nightly")
    # Two o'clock in Paris, before and after the change to winter time.
    for now, night in (
        (datetime(2026, 7, 1, 12, tzinfo=UTC), datetime(2026, 7, 2, 0, tzinfo=UTC)),
        (datetime(2026, 12, 1, 0, 30, tzinfo=UTC), datetime(2026, 12, 1, 1, tzinfo=UTC)),
    ):
        assert next_time(row, now=now) == night


def test_two_at_once_are_one(found: Directory, book: Book) -> None:
    book.put("amel")
    directory_runs.preview(actor=system(), directory=found)
    with pytest.raises(Conflict):
        directory_runs.preview(actor=system(), directory=found)
