"""Two records of the same person become one."""

from __future__ import annotations

import pytest

from compagnon.core import journal
from compagnon.core.errors import Conflict, Refused
from compagnon.people.errors import Escalation
from compagnon.people.queries import main_email, person_by_email
from compagnon.people.services import merging, persons
from compagnon.people.tests import factories as f


def test_all_passes_to_the_record_that_stays(cast: f.Cast) -> None:
    actor = f.actor(cast.technician)
    stranger = persons.recognise(actor=f.system(), address="ursule.petit@home.example")
    f.contact(stranger, "+33612345678", kind="mobile")
    team = f.team(cast.client_a, stranger, manager=stranger)
    kept = merging.merge(actor=actor, gone=stranger, kept=cast.user)
    assert person_by_email("ursule.petit@home.example") == kept
    assert main_email(kept) == "ursule@client-a.example"
    assert kept.contact_points.get(kind="mobile").is_primary
    team.refresh_from_db()
    assert (team.manager, list(team.members.all())) == (kept, [kept])
    stranger.refresh_from_db()
    assert not stranger.is_active
    (entry,) = [one for one in journal.history(kept) if one.verb == "person.merge"]
    assert entry.after == {"from": stranger.pk, "moved": {"people.team.manager": 1}}


def test_what_both_have_is_kept_once(cast: f.Cast) -> None:
    gone = f.person(cast.client_a)
    for person in (gone, cast.user):
        f.contact(person, "+33123456789", kind="phone")
        f.team(cast.client_a, person)
    cast.level_1.memberships.create(person=gone)
    cast.level_1.memberships.create(person=cast.user)
    kept = merging.merge(actor=f.system(), gone=gone, kept=cast.user)
    assert kept.contact_points.filter(kind="phone").count() == 1
    assert kept.memberships.count() == 3
    assert not gone.contact_points.exists()


def test_no_right_passes(cast: f.Cast) -> None:
    with pytest.raises(Conflict):
        merging.merge(actor=f.system(), gone=cast.administrator, kept=cast.user)
    with pytest.raises(Conflict):
        merging.merge(actor=f.system(), gone=cast.user, kept=cast.user)
    stranger = f.person(cast.client_b)
    f.grant(stranger, f.role(verbs={"person.view"}), cast.client_b)
    with pytest.raises(Conflict):
        merging.merge(actor=f.system(), gone=stranger, kept=cast.user)


def test_merging_takes_the_verb_on_both_sides(cast: f.Cast) -> None:
    manager = f.person(cast.client_a)
    f.grant(manager, f.role(verbs={"person.manage"}), cast.client_a)
    stranger = f.person(cast.client_b)
    for gone, kept in ((stranger, cast.colleague), (f.person(cast.client_a), stranger)):
        with pytest.raises(Refused):
            merging.merge(actor=f.actor(manager), gone=gone, kept=kept)
    assert stranger.contact_points.count() == 1


def test_by_the_page_and_by_the_api(cast: f.Cast) -> None:
    from compagnon.people.tests.test_api import Caller
    from compagnon.people.tests.test_pages import browser

    first, second = f.person(cast.client_a), f.person(cast.client_a)
    client = browser(cast.technician)
    url = f"/people/persons/{first.pk}/"
    assert client.get(url).status_code == 200
    for nonsense in ("", "x", "9" * 30):
        assert client.post(f"{url}merge/", {"into": nonsense})["Location"] == url
    answer = client.post(f"{url}merge/", {"into": cast.user.pk})
    assert answer["Location"] == f"/people/persons/{cast.user.pk}/"
    api = Caller(cast.technician)
    made = api("POST", f"/persons/{second.pk}/merge", {"into_id": cast.user.pk})
    assert len(made["contact_points"]) == 3
    api("POST", f"/persons/{second.pk}/merge", {"into_id": 10**9}, status=422)


def test_nobody_gives_an_address_to_somebody_above_by_merging(cast: f.Cast) -> None:
    stranger = f.person(cast.client_a, email="moi@x.example")
    with pytest.raises(Escalation):
        merging.merge(actor=f.actor(cast.technician), gone=stranger, kept=cast.administrator)
    assert person_by_email("moi@x.example") == stranger
    merging.merge(actor=f.actor(cast.administrator), gone=stranger, kept=cast.administrator)
    assert person_by_email("moi@x.example") == cast.administrator
