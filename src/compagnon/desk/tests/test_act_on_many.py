"""Actions on many tickets: previewed, done once each, whatever is killed meanwhile."""

from __future__ import annotations

import signal
from collections import Counter
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from compagnon.core.actor import Actor
from compagnon.core.errors import Conflict, Invalid, NotFound, Refused
from compagnon.core.models import Entry
from compagnon.core.tasks.worker import run_due
from compagnon.core.tests.processes import command, wait_for
from compagnon.desk import services as desk
from compagnon.desk.bulk import ACTS
from compagnon.desk.bulk_choice import Choice
from compagnon.desk.forms.bulk import FORMS
from compagnon.desk.models import (
    BulkItem,
    BulkItemState,
    BulkRun,
    BulkState,
    BulkVerb,
    Message,
    OutgoingMail,
    State,
    Tag,
    Ticket,
)
from compagnon.desk.services import bulk as services
from compagnon.desk.services import saved_views
from compagnon.desk.tests import factories
from compagnon.people.models import Membership, RoleAssignment
from compagnon.people.tests.factories import Cast, actor


def many(people: Cast, number: int) -> list[int]:
    """Open tickets written plainly: what is tried here is what is done to them."""
    now = timezone.now()
    person = people.user
    rows = Ticket.objects.bulk_create(
        [
            Ticket(
                kind="incident", title=f"Poste {one}", organisation_id=person.organisation_id,
                requester=person, beneficiary=person, channel="phone", opened_at=now,
                activity_at=now,
            )
            for one in range(number)
        ],
        batch_size=1000,
    )  # fmt: skip
    return [row.pk for row in rows]


def preview(who: Actor, verb: BulkVerb, keys: list[int], **values: Any) -> BulkRun:
    return services.preview_bulk(actor=who, verb=verb, values=values, ticket_ids=keys)


def carried(who: Actor, run: BulkRun) -> Counter[str]:
    services.start_bulk(actor=who, run_id=run.pk)
    run_due()
    run.refresh_from_db()
    return Counter(run.items.values_list("state", flat=True))


def test_every_verb_has_its_act_and_its_form() -> None:
    assert set(ACTS) == set(FORMS) == set(BulkVerb.values)


@pytest.mark.django_db
class TestDone:
    def test_what_was_previewed_is_what_is_done(self, people: Cast, technician: Actor) -> None:
        keys = many(people, 5)
        done = factories.ticket(people.user)
        desk.cancel(actor=technician, ticket_id=done.pk, reason="Retirée")
        run = preview(technician, BulkVerb.ASSIGN, [*keys, done.pk], team=people.level_1.pk)
        refused = run.items.get(state=BulkItemState.REFUSED)
        assert (refused.ticket_id, run.items.filter(state="todo").count()) == (done.pk, 5)
        assert refused.reason
        assert not Entry.objects.filter(verb="ticket.assign").exists()
        assert carried(technician, run) == {"done": 5, "refused": 1}
        assert run.state == BulkState.DONE
        entries = Entry.objects.filter(verb="ticket.assign")
        assert Counter(entries.values_list("object_id", flat=True)) == dict.fromkeys(keys, 1)
        assert {entry.actor_id for entry in entries} == {people.technician.pk}
        assert {entry.correlation_id for entry in entries} == {run.correlation_id}

    def test_what_the_service_refuses_is_told_and_stops_nothing(
        self, people: Cast, technician: Actor
    ) -> None:
        keys = many(people, 3)
        run = preview(technician, BulkVerb.PEND, keys, reason="waiting_supplier")
        desk.cancel(actor=technician, ticket_id=keys[1], reason="Entretemps")
        assert carried(technician, run) == {"done": 2, "refused": 1}
        item = run.items.get(ticket_id=keys[1])
        assert item.code == "illegal-move"
        assert item.reason

    @pytest.mark.parametrize(
        ("verb", "values", "expected"),
        [
            (BulkVerb.QUALIFY, {"impact": 1, "urgency": 1}, {"priority": 1}),
            (BulkVerb.PEND, {"reason": "waiting_user"}, {"state": State.PENDING}),
            (BulkVerb.SOLVE, {"text": "Fait", "kind": "permanent"}, {"state": State.SOLVED}),
            (BulkVerb.CANCEL, {"text": "Doublon"}, {"state": State.CANCELLED}),
            (BulkVerb.REPLY, {"text": "Nous y travaillons."}, {"awaits_answer": False}),
            (BulkVerb.NOTE, {"text": "Vu"}, {"state": State.NEW}),
        ],
    )
    def test_each_verb(
        self,
        people: Cast,
        technician: Actor,
        verb: BulkVerb,
        values: dict[str, Any],
        expected: dict[str, Any],
    ) -> None:
        keys = many(people, 2)
        assert carried(technician, preview(technician, verb, keys, **values)) == {"done": 2}
        for ticket in Ticket.objects.filter(pk__in=keys):
            assert {name: getattr(ticket, name) for name in expected} == expected

    def test_merging_and_linking(self, people: Cast, technician: Actor) -> None:
        target, far = factories.ticket(people.user), factories.ticket(people.outsider)
        keys = many(people, 2)
        link = preview(technician, BulkVerb.LINK, [*keys, target.pk], other=target.pk,
                       way="relates_to")  # fmt: skip
        assert carried(technician, link) == {"done": 2, "refused": 1}
        merge = preview(technician, BulkVerb.MERGE, [*keys, far.pk, target.pk], other=target.pk)
        assert merge.items.filter(state="refused").count() == 2
        assert carried(technician, merge) == {"done": 2, "refused": 2}
        assert set(target.merged_here.values_list("pk", flat=True)) == set(keys)

    def test_a_preview_agrees_with_what_happens(self, people: Cast, technician: Actor) -> None:
        keys = many(people, 4)
        desk.cancel(actor=technician, ticket_id=keys[0], reason="Non")
        desk.propose_solution(actor=technician, ticket_id=keys[1], text="Fait")
        desk.take(actor=technician, ticket_id=keys[2])
        other = factories.ticket(people.user)
        values: dict[str, Any] = {
            "team": people.level_1.pk, "impact": 1, "reason": "other", "text": "Texte",
            "kind": "permanent", "other": other.pk, "way": "relates_to",
        }  # fmt: skip
        for verb in BulkVerb:
            run = preview(technician, verb, keys, **values)
            foreseen = set(run.items.filter(state="refused").values_list("ticket_id", flat=True))
            for key in keys:
                with pytest.MonkeyPatch.context():
                    from django.db import transaction

                    sid = transaction.savepoint()
                    try:
                        ACTS[verb].run(technician, key, services.prepared(technician, values))
                    except (Conflict, Invalid, Refused):
                        assert key in foreseen, (verb, key)
                    else:
                        # «It is so already» is foreseen where the service would do it again.
                        assert key not in foreseen or verb == BulkVerb.ASSIGN, (verb, key)
                    transaction.savepoint_rollback(sid)

    def test_stopping_leaves_the_rest_undone(self, people: Cast, technician: Actor) -> None:
        run = preview(technician, BulkVerb.NOTE, many(people, 3), text="Vu")
        services.start_bulk(actor=technician, run_id=run.pk)
        services.stop_bulk(actor=technician, run_id=run.pk)
        run_due()
        run.refresh_from_db()
        assert run.state == BulkState.STOPPED
        assert run.items.filter(state="todo").count() == 3

    def test_a_role_taken_away_meanwhile_is_taken_away_here(
        self, people: Cast, technician: Actor
    ) -> None:
        run = preview(technician, BulkVerb.CANCEL, many(people, 2), text="Non")
        services.start_bulk(actor=technician, run_id=run.pk)
        RoleAssignment.objects.filter(person=people.technician).delete()
        Membership.objects.filter(person=people.technician).delete()
        run_due()
        assert Counter(run.items.values_list("state", flat=True)) == {"refused": 2}
        assert not Ticket.objects.filter(state=State.CANCELLED).exists()

    def test_refusals(self, people: Cast, technician: Actor, user: Actor, expert: Actor) -> None:
        keys = many(people, 1)
        with pytest.raises(Refused):
            preview(user, BulkVerb.CANCEL, keys, text="Non")
        with pytest.raises(Refused):
            preview(Actor.system("tests"), BulkVerb.CANCEL, keys, text="Non")
        with pytest.raises(Invalid):
            preview(technician, BulkVerb.CANCEL, [], text="Non")
        with pytest.raises(Invalid):
            preview(technician, BulkVerb.CANCEL, list(range(1, 10_003)), text="Non")
        with pytest.raises(Invalid):
            preview(technician, BulkVerb.ASSIGN, keys, team=999_999)
        run = preview(technician, BulkVerb.NOTE, keys, text="Vu")
        with pytest.raises(NotFound):
            services.start_bulk(actor=expert, run_id=run.pk)
        services.start_bulk(actor=technician, run_id=run.pk)
        with pytest.raises(Conflict):
            services.start_bulk(actor=technician, run_id=run.pk)


def browser(people: Cast, who: str = "technician") -> Client:
    client = Client()
    client.force_login(getattr(people, who).account)
    client.cookies["compagnon_language"] = "en"
    return client


@pytest.mark.django_db
def test_from_the_queue_to_the_end(people: Cast) -> None:
    keys = many(people, 45)
    client = browser(people)
    page = client.get("/desk/queue/").content.decode()
    assert 'form="bulk-choice"' in page
    chosen = {"verb": "assign", "ticket": [str(keys[0]), f"{keys[1]},{keys[2]}"]}
    assert "3 tickets chosen" in client.post("/desk/bulk/new/", chosen).content.decode()
    every = {"verb": "assign", "all": "yes", "query": "queue=open&q=", "step": "preview"}
    asked = client.post("/desk/bulk/new/", every | {"team": people.level_1.pk}, follow=True)
    told = asked.content.decode()
    assert "45 tickets</strong> would change" in told
    run = BulkRun.objects.get()
    begun = client.post(f"/desk/bulk/{run.pk}/do/start/", follow=True).content.decode()
    assert "Stop here" in begun
    run_due()
    assert "45 done, 0 refused, 0 left" in client.get(f"/desk/bulk/{run.pk}/").content.decode()
    assert "45" in client.get("/desk/bulk/news/").content.decode()
    client.post(f"/desk/bulk/{run.pk}/do/read/")
    assert "45" not in client.get("/desk/bulk/news/").content.decode()
    assert browser(people, "expert").get(f"/desk/bulk/{run.pk}/").status_code == 404


@pytest.mark.django_db
def test_every_ticket_of_a_list_is_what_the_list_shows(people: Cast) -> None:
    """Whatever narrows it: a saved view, what stands behind «more filters», the words."""
    one = factories.ticket(people.user, title="Souris", team=people.level_1)
    other = factories.ticket(people.user, title="Écran")
    who = actor(people.technician)
    desk.take(actor=who, ticket_id=one.pk)
    desk.tag_ticket(actor=who, ticket_id=one.pk, add=["vip"])
    tag = Tag.objects.get()
    view = saved_views.save_view(actor=who, name="Miens", filters={"queue": "mine"})
    for query in (
        f"view={view.pk}", f"queue=open&assignee={people.technician.pk}", f"tag={tag.pk}",
        "q=souris", "queue=mine",
    ):  # fmt: skip
        assert Choice(query=query).ticket_ids(who) == [one.pk], query
    assert Choice(query="kind=service_request").ticket_ids(who) == []
    assert Choice(query="days=1").ticket_ids(who) == sorted([one.pk, other.pk])
    with pytest.raises(NotFound):
        Choice(query=f"view={view.pk}").ticket_ids(actor(people.expert))


@pytest.mark.django_db
def test_the_same_by_api(people: Cast) -> None:
    keys = many(people, 2)
    client = browser(people)

    def post(path: str, body: dict[str, Any] | None = None) -> Any:
        return client.post(f"/api/v1/bulk-actions{path}", body, content_type="application/json")

    made = post("", {"verb": "note", "ticket_ids": keys, "text": "Vu"})
    assert made.status_code == 201, made.content
    assert (made.json()["state"], made.json()["todo"]) == ("preview", 2)
    key = made.json()["id"]
    assert post(f"/{key}/start").json()["state"] == "waiting"
    run_due()
    assert client.get(f"/api/v1/bulk-actions/{key}").json()["done"] == 2
    items = client.get(f"/api/v1/bulk-actions/{key}/tickets?state=done").json()["items"]
    assert [one["ticket_id"] for one in items] == keys
    assert post(f"/{key}/read").status_code == 200
    assert post("", {"verb": "note", "ticket_ids": keys}).status_code == 422
    assert post("", {"verb": "assign", "ticket_ids": [], "team_id": None}).status_code == 422


def killed_and_taken_up(people: Cast, number: int, until: int) -> None:
    """Kill the worker in the middle; another ends the work, each ticket once."""
    keys = many(people, number)
    who = actor(people.technician)
    run = preview(who, BulkVerb.REPLY, keys, text="Panne générale : nous y travaillons.")
    services.start_bulk(actor=who, run_id=run.pk)
    short = {"COMPAGNON_TASK_LEASE_SECONDS": "1"}
    done = BulkItem.objects.filter(run=run, state=BulkItemState.DONE)
    with command("worker", "--threads", "1", "--queues", "bulk", **short) as first:
        wait_for(lambda: done.count() >= until, seconds=600)
        first.send_signal(signal.SIGKILL)
        first.wait()
    assert until <= done.count() < number
    with command("worker", "--threads", "1", "--queues", "bulk", **short):
        wait_for(lambda: BulkRun.objects.get(pk=run.pk).ended_at is not None, seconds=1800)
    run.refresh_from_db()
    assert (run.state, run.resumed, done.count()) == (BulkState.DONE, 1, number)
    once = dict.fromkeys(keys, 1)
    written = Message.objects.filter(ticket_id__in=keys).values_list("ticket_id", flat=True)
    assert Counter(written) == once
    mails = OutgoingMail.objects.filter(ticket_id__in=keys).values_list("ticket_id", flat=True)
    assert Counter(mails) == once
    replies = Entry.objects.filter(verb="ticket.reply", object_id__in=keys)
    assert Counter(replies.values_list("object_id", flat=True)) == once
    page = browser(people).get(f"/desk/bulk/{run.pk}/").content.decode()
    assert "no ticket was done twice, none was forgotten" in page


@pytest.mark.django_db(transaction=True)
def test_killed_over_200_tickets_nothing_is_lost_nor_doubled(people: Cast) -> None:
    killed_and_taken_up(people, 200, 20)


@pytest.mark.long
@pytest.mark.django_db(transaction=True)
def test_killed_over_5_000_tickets_nothing_is_lost_nor_doubled(people: Cast) -> None:
    killed_and_taken_up(people, 5000, 1000)
