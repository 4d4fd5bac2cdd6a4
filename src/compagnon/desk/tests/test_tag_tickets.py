"""Tags: an organisation's vocabulary, tags on tickets by every door, what each reader sees."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from compagnon.core import journal
from compagnon.core.actor import Actor
from compagnon.core.errors import Conflict, Invalid, NotFound, Refused, Stale
from compagnon.core.visibility import visible
from compagnon.desk import queries, search, services, tags
from compagnon.desk.bringing.history import labels
from compagnon.desk.models import BulkVerb, Macro, Tag, Ticket, TicketTag
from compagnon.desk.narrowing import Narrowing
from compagnon.desk.services import bulk, saved_views, tagging
from compagnon.desk.services.phrases import keep_phrase, run_macro
from compagnon.desk.tests import factories
from compagnon.people.models import Account
from compagnon.people.tests import factories as a_person
from compagnon.people.tests.factories import Cast, account, actor, system

pytestmark = pytest.mark.django_db


def tag(people: Cast, name: str, *, own: bool = False, **values: Any) -> Tag:
    where = people.user.organisation if own else people.provider
    return tagging.create_tag(actor=system(), organisation=where, name=name, values=values)


def on(ticket: Ticket, who: Actor) -> list[str]:
    return [one.name for one in tags.of_tickets(who, [ticket])[ticket.pk]]


# --- on a ticket ---------------------------------------------------------------------------------
def test_tags_are_put_on_and_taken_off_once_each(
    people: Cast, technician: Actor, ticket: Ticket
) -> None:
    vpn = tag(people, "VPN")
    changed = services.tag_ticket(actor=technician, ticket_id=ticket.pk, add=[vpn, "vpn", "Été"])
    assert on(ticket, technician) == ["Été", "VPN"]
    assert Tag.objects.get(folded="ete").organisation == ticket.organisation
    again = services.tag_ticket(actor=technician, ticket_id=ticket.pk, add=["ÉTÉ"])
    assert again.version == changed.version
    services.tag_ticket(
        actor=technician, ticket_id=ticket.pk, remove=[vpn], expected_version=changed.version
    )
    assert on(ticket, technician) == ["Été"]
    last = journal.history(ticket).order_by("-pk")[0]
    assert (last.verb, last.after["tags_removed"]) == ("ticket.tag", [vpn.pk])
    with pytest.raises(Stale):
        services.tag_ticket(
            actor=technician, ticket_id=ticket.pk, add=["x"], expected_version=changed.version
        )


def test_what_does_not_fit_is_refused(
    people: Cast, technician: Actor, user: Actor, ticket: Ticket
) -> None:
    elsewhere = tagging.create_tag(
        actor=system(), organisation=people.outsider.organisation, name="ailleurs"
    )
    for wrong in ([elsewhere], ["a,b"], [" "], ['"x"'], ["n" * 60]):
        with pytest.raises(Invalid):
            services.tag_ticket(actor=technician, ticket_id=ticket.pk, add=wrong)
    with pytest.raises(Invalid):
        services.tag_ticket(actor=system(), ticket_id=ticket.pk, add=[f"t{n}" for n in range(31)])
    with pytest.raises(Refused):
        services.tag_ticket(actor=user, ticket_id=ticket.pk, add=["x"])
    with pytest.raises(NotFound):
        services.tag_ticket(actor=actor(people.outsider), ticket_id=ticket.pk, add=["x"])
    assert not TicketTag.objects.exists()


def test_a_user_sees_public_tags_alone(
    people: Cast, technician: Actor, user: Actor, outsider: Actor, ticket: Ticket
) -> None:
    shown, kept = tag(people, "incident majeur", is_public=True), tag(people, "client difficile")
    services.tag_ticket(actor=technician, ticket_id=ticket.pk, add=[shown, kept])
    assert on(ticket, technician) == ["client difficile", "incident majeur"]
    assert on(ticket, user) == ["incident majeur"]
    assert list(visible(Tag, user)) == [shown]
    assert not visible(TicketTag, outsider).exists()
    for words, found in (('tag:"incident majeur"', [ticket]), ("tag:client", []),
                         ('tag:"client difficile"', [])):  # fmt: skip
        assert list(search.matching(user, queries.tickets(user), words)) == found
    assert not list(visible(Ticket, user).filter(tags.on_tickets(user, [kept.pk])))


def test_a_rule_puts_it_on_what_is_opened_and_qualified(people: Cast, technician: Actor) -> None:
    printing = factories.category("Impression")
    words = tag(people, "télétravail", on_words="VPN, domicile")
    both = tag(people, "papier", on_category=printing, on_words="toner")
    tag(people, "arrêté", on_words="vpn", is_active=False)
    ticket = factories.ticket(people.user, title="Le vpn tombe")
    assert on(ticket, technician) == [words.name]
    assert TicketTag.objects.get(ticket=ticket).added_by is None
    other = factories.ticket(people.user, title="Plus de toner au convpnoi")
    assert on(other, technician) == []
    services.qualify(actor=technician, ticket_id=other.pk, category=printing)
    assert on(other, technician) == [both.name]


# --- lists ---------------------------------------------------------------------------------------
def test_lists_are_narrowed_whatever_the_number(
    people: Cast, technician: Actor, ticket: Ticket, monkeypatch: pytest.MonkeyPatch
) -> None:
    vpn, other = tag(people, "vpn"), factories.ticket(people.user, title="Autre")
    services.tag_ticket(actor=technician, ticket_id=ticket.pk, add=[vpn])
    narrowing = Narrowing.read({"queue": "open", "tag": str(vpn.pk)})
    assert narrowing.kept() == {"tag": vpn.pk}
    for most in (1000, 0):
        monkeypatch.setattr(tags, "GATHERED", most)
        assert list(narrowing.tickets(technician)) == [ticket]
    assert list(search.matching(technician, queries.tickets(technician), "tag:vpn")) == [ticket]
    assert other not in narrowing.plain(technician)
    assert tags.counts([vpn, tag(people, "vide")]) == {vpn.pk: 1}


def test_counting_many_tags_is_one_query(people: Cast, django_assert_num_queries: Any) -> None:
    rows = [tag(people, f"t{number}") for number in range(40)]
    with django_assert_num_queries(1):
        assert tags.counts(rows) == {}


# --- the vocabulary ------------------------------------------------------------------------------
def test_names_are_the_same_whatever_accents_and_capitals(people: Cast) -> None:
    tag(people, "Réseau  filaire")
    for name in ("réseau filaire", "RESEAU FILAIRE"):
        with pytest.raises(Conflict):
            tag(people, name)
    tag(people, "réseau filaire", own=True)


def test_merging_moves_tickets_macros_and_views(
    people: Cast, technician: Actor, ticket: Ticket
) -> None:
    old, new = tag(people, "imprimante"), tag(people, "impression")
    other = factories.ticket(people.user, title="Autre")
    services.tag_ticket(actor=technician, ticket_id=ticket.pk, add=[old, new])
    services.tag_ticket(actor=technician, ticket_id=other.pk, add=[old])
    view = saved_views.save_view(actor=technician, name="V", filters={"tag": old.pk})
    macro = keep_phrase(
        actor=system(), row=Macro(),
        values={"organisation": people.provider, "name": "M", "steps": {"tags_add": [old.pk]}},
    )  # fmt: skip
    with pytest.raises(Refused):
        tagging.merge_tags(actor=technician, tag=old, into=new)
    with pytest.raises(Invalid):
        tagging.merge_tags(actor=system(), tag=old, into=tag(people, "local", own=True))
    tagging.merge_tags(actor=system(), tag=old, into=new)
    assert on(ticket, technician) == on(other, technician) == ["impression"]
    for row in (view, macro):
        row.refresh_from_db()
    assert (view.filters["tag"], macro.steps["tags_add"]) == (new.pk, [new.pk])  # type: ignore[union-attr]


def test_a_tag_is_renamed_and_deleted(people: Cast, technician: Actor, ticket: Ticket) -> None:
    row = tag(people, "vpn")
    services.tag_ticket(actor=technician, ticket_id=ticket.pk, add=[row])
    with pytest.raises(Stale):
        tagging.change_tag(
            actor=system(), tag=row, values={"name": "VPN site"}, expected_version=row.version + 1
        )
    tagging.change_tag(actor=system(), tag=row, values={"name": "VPN site", "colour": "red"})
    assert on(ticket, technician) == ["VPN site"]
    with pytest.raises(Invalid):
        tagging.change_tag(actor=system(), tag=row, values={"colour": "rose"})
    with pytest.raises(Refused):
        tagging.remove_tag(actor=technician, tag=row)
    tagging.remove_tag(actor=system(), tag=row)
    assert on(ticket, technician) == []


# --- many at once --------------------------------------------------------------------------------
def test_by_bulk_action_and_by_macro(people: Cast, technician: Actor, ticket: Ticket) -> None:
    vpn, old = tag(people, "vpn"), tag(people, "vieux")
    services.tag_ticket(actor=technician, ticket_id=ticket.pk, add=[old])
    run = bulk.preview_bulk(
        actor=technician, verb=BulkVerb.TAG, ticket_ids=[ticket.pk],
        values={"add": [vpn.pk], "remove": [old.pk]},
    )  # fmt: skip
    bulk.start_bulk(actor=technician, run_id=run.pk)
    bulk.carry_out(run.pk)
    assert on(ticket, technician) == ["vpn"]
    macro = keep_phrase(
        actor=system(), row=Macro(),
        values={
            "organisation": people.provider, "name": "M",
            "steps": {"tags_add": [old.pk], "tags_remove": [vpn.pk]},
        },
    )  # fmt: skip
    run_macro(actor=technician, ticket_id=ticket.pk, macro_id=macro.pk)
    assert on(ticket, technician) == ["vieux"]
    with pytest.raises(Invalid):
        keep_phrase(
            actor=system(), row=Macro(),
            values={"organisation": people.provider, "name": "N", "steps": {"tags_add": "vpn"}},
        )  # fmt: skip


def test_a_macro_does_not_tell_tags_that_one_does_not_see(people: Cast, ticket: Ticket) -> None:
    """A macro may hold any key: its refusal must not name what another client calls things."""
    far = tagging.create_tag(actor=system(), organisation=people.client_b, name="Licenciements")
    only_a = a_person.person(people.client_a)
    a_person.grant(only_a, a_person.role("technician"), people.client_a)
    team = a_person.team(people.client_a, only_a)
    who = actor(only_a)
    macro = keep_phrase(
        actor=who,
        row=Macro(),
        values={
            "name": "Sonde",
            "organisation": people.client_a,
            "team": team,
            "steps": {"tags_add": [far.pk]},
        },
    )
    with pytest.raises(Invalid) as caught:
        run_macro(actor=who, ticket_id=ticket.pk, macro_id=macro.pk)
    assert "Licenciements" not in f"{caught.value} {caught.value.fields}"


def test_sources_labels_are_read() -> None:
    assert labels("vpn, Salle  blanche;vpn,,") == ("vpn", "Salle blanche")
    assert labels(["a,b", 'x"y', None]) == ("a b", "xy", "None")


# --- doors ---------------------------------------------------------------------------------------
@pytest.fixture
def signed_in(client: Client, people: Cast) -> Client:
    held = Account.objects.filter(person=people.technician).first() or account(people.technician)
    client.force_login(held)
    return client


def test_from_the_page(signed_in: Client, people: Cast, technician: Actor, ticket: Ticket) -> None:
    vpn, old = tag(people, "vpn"), tag(people, "vieux")
    services.tag_ticket(actor=technician, ticket_id=ticket.pk, add=[old])
    page = signed_in.get(f"/desk/tickets/{ticket.pk}/").content.decode()
    assert 'id="do-tags"' in page
    assert 'data-shortcut="y"' in page
    given = {"chosen": [vpn.pk], "names": "nouveau, vpn"}
    done = signed_in.post(f"/desk/tickets/{ticket.pk}/do/tags/", given)
    assert done.status_code == 302
    assert on(ticket, technician) == ["nouveau", "vpn"]
    wrong = signed_in.post(f"/desk/tickets/{ticket.pk}/do/tags/", {"names": "x" * 41})
    assert wrong.status_code == 422
    listed = signed_in.get(f"/desk/queue/?queue=open&tag={vpn.pk}").content.decode()
    assert ticket.title in listed
    assert "vpn" in signed_in.get("/desk/tags/").content.decode()
    assert signed_in.get(f"/desk/tags/{vpn.pk}/merge/").status_code == 403
