"""Loading tickets with their past: each act leaves the rows that its service would have left."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from compagnon.contracts.models import Clock, ClockState, ContractKind
from compagnon.contracts.subjects import Measure
from compagnon.contracts.tests import factories as contracts
from compagnon.core.actor import Actor, Source
from compagnon.core.models import Entry, OutboxItem
from compagnon.desk import search
from compagnon.desk.loading import IllegalStory, Setting, Story, acts, load
from compagnon.desk.models import Ticket
from compagnon.desk.tests import factories
from compagnon.desk.tests.replaying import differences, replay, rows_of
from compagnon.people.tests.factories import Cast, actor, cast, organisation

pytestmark = pytest.mark.django_db

# A Tuesday, ten in Paris.
START = datetime(2026, 1, 13, 9, tzinfo=UTC)
UNTIL = START + timedelta(days=60)


@pytest.fixture
def people() -> Cast:
    found = cast()
    contracts.contract(
        found.client_a,
        provider=found.provider,
        targets={
            Measure.TAKE_UP: 1800,
            Measure.FIRST_RESPONSE: 3600,
            Measure.RESOLUTION: 4 * 3600,
        },
    )
    contracts.contract(
        team=found.level_2,
        provider=found.provider,
        targets={Measure.TAKE_UP: 3600, Measure.RESOLUTION: 8 * 3600},
    )
    contracts.contract(
        found.provider,
        provider=organisation("Copieurs du Rhin"),
        kind=ContractKind.UNDERPINNING,
        targets={Measure.TAKE_UP: 600, Measure.RESOLUTION: 1200},
    )
    return found


class Plot:
    """Writes a story: each call is an act, some minutes after the one before."""

    def __init__(self, people: Cast, **values: Any) -> None:
        self.people = people
        self.now = START
        self.acts: list[acts.Act] = []
        given = {
            "by": people.user.pk,
            "requester": people.user.pk,
            "title": "Imprimante",
            "text": "Plus rien ne sort.",
            "channel": "portal",
        }
        self.opening = acts.Opened(at=self.now, **(given | values))

    def then(self, act: Callable[..., acts.Act], *, after: float = 7, **values: Any) -> Plot:
        """Add an act, by the technician unless told otherwise."""
        self.now += timedelta(minutes=after)
        values.setdefault("by", self.people.technician.pk)
        self.acts.append(act(at=self.now, **values))
        return self

    @property
    def story(self) -> Story:
        return Story(self.opening, self.acts)


def taken(people: Cast, **values: Any) -> Plot:
    return Plot(people, **values).then(acts.Taken)


def solved(people: Cast) -> Plot:
    return taken(people).then(acts.Solved, after=50, text="Câble rebranché.")


def conversation(people: Cast) -> Plot:
    return (
        taken(people)
        .then(acts.Replied, text="Quel **modèle** ?\n\n- laser\n- jet")
        .then(acts.Pended, reason="waiting_user", note="Sans le modèle, rien à faire.")
        .then(
            acts.Heard,
            after=200,
            by=people.user.pk,
            author=people.user.pk,
            text="Une laser.",
            channel="mail",
            html="",
            quoted="> Quel modèle ?",
            internet_id="<a@client-a.example>",
        )
        .then(acts.Noted, text="Vu avec l’équipe.")
    )


def escalations(people: Cast) -> Plot:
    expert = people.expert.pk
    return (
        taken(people)
        .then(acts.Pended, reason="waiting_supplier")
        .then(acts.Pended, after=30, reason="waiting_supplier", until=START + timedelta(days=9))
        .then(acts.Pended, reason="other")
        .then(acts.Pended, reason="waiting_supplier")
        .then(
            acts.Escalated,
            to_team=people.level_2.pk,
            reason="Serveur",
            tried="Redémarrage",
            needed="Un accès",
        )
        .then(acts.AuthorityAsked, to_person=people.supervisor.pk, reason="Il attend.")
        .then(acts.Taken, by=expert, after=90)
        .then(acts.Transferred, by=expert, to_team=people.level_1.pk, reason="Finalement non.")
        .then(acts.Assigned, by=people.supervisor.pk, team=people.level_2.pk, assignee=expert)
        .then(acts.Assigned, by=people.supervisor.pk, team=people.level_1.pk)
    )


def tasks(people: Cast) -> Plot:
    there = START + timedelta(days=1)
    return (
        taken(people)
        .then(
            acts.TaskPlanned,
            title="Changer le four",
            mode="on_site",
            assignee=people.technician.pk,
            planned_start=there,
            planned_seconds=3600,
        )
        .then(acts.TaskPlanned, title="Commander une pièce", details="Chez le fournisseur")
        .then(acts.Pended, reason="appointment", until=there)
        .then(acts.Resumed, by="holding", after=1500)
        .then(acts.TaskCompleted, task=0, spent_seconds=2400, travel_seconds=900, note="Fait.")
        .then(acts.TaskCancelled, task=1)
        .then(acts.SheetPrepared, task=0, report="Four remplacé.")
        .then(acts.SheetSigned, by=people.user.pk, task=0, name="Ursule Petit", remarks="RAS")
        .then(acts.Solved, text="Four remplacé.", kind="workaround")
    )


def refused(people: Cast) -> Plot:
    return (
        solved(people)
        .then(acts.Refused, by=people.user.pk, reason="Toujours pareil.", after=300)
        .then(acts.Solved, text="Pilote remplacé.", after=60)
        .then(acts.Accepted, by=people.user.pk, after=600)
    )


def silent(people: Cast) -> Plot:
    return (
        solved(people)
        .then(
            acts.Heard,
            by=people.user.pk,
            author=people.user.pk,
            text="Merci beaucoup !",
            channel="portal",
        )
        .then(acts.Elapsed, by="closing", after=5 * 24 * 60)
    )


def reopened(people: Cast) -> Plot:
    user = people.user.pk
    return (
        silent(people)
        .then(
            acts.Heard,
            by=user,
            author=user,
            after=3000,
            text="C’est revenu, encore bloquée.",
            channel="portal",
        )
        .then(acts.Solved, text="Remplacée.")
        .then(acts.Accepted, by=user)
        .then(acts.Reopened, reason="Une erreur de ma part.")
        .then(acts.Cancelled, reason="Doublon.")
    )


def qualified(people: Cast) -> Plot:
    category = factories.category("Impression", team=people.level_2)
    kind = contracts.request_type(contracts.service("Impression"))
    return (
        Plot(people, channel="mail", html="<p>Bonjour</p>", quoted="> avant")
        .then(
            acts.Qualified,
            values={
                "title": "Imprimante du 2e",
                "category": category.pk,
                "request_type": kind.pk,
                "impact": 1,
                "urgency": 1,
                "affected_item": "IMP-2",
                "beneficiary": people.colleague.pk,
            },
        )
        .then(acts.Qualified, values={"urgency": 3}, after=700)
        .then(acts.Solved, by=people.expert.pk, text="Réglé par téléphone.")
    )


PLOTS = (
    conversation, escalations, tasks, refused, silent, reopened, qualified, solved, taken, Plot,
)  # fmt: skip


@pytest.mark.parametrize("plot", PLOTS, ids=lambda plot: plot.__name__)
def test_the_rows_are_those_that_the_services_leave(people: Cast, plot: Any) -> None:
    story = plot(people).story
    loaded = load([story], source=Source.DEMO, until=UNTIL)
    again = replay(story, until=UNTIL)
    assert differences(rows_of(loaded.ticket_ids[0], UNTIL), rows_of(again, UNTIL)) == []


def test_every_kind_of_act_is_told_by_some_plot(people: Cast) -> None:
    kinds = {type(act) for plot in PLOTS for act in plot(people).story.acts}
    every = {kind for kind in vars(acts).values() if isinstance(kind, type)}
    assert {kind for kind in every if issubclass(kind, acts.Act)} - kinds == {
        acts.Act,
        acts.Opened,
    }


def test_no_promise_of_a_team_runs_on_once_somebody_of_it_took_the_ticket(people: Cast) -> None:
    (key,) = load([escalations(people).story], source=Source.DEMO, until=UNTIL).ticket_ids
    promised = Clock.objects.filter(subject_id=key, kind="ola", measure=Measure.TAKE_UP)
    assert promised.exists()
    assert not promised.filter(state=ClockState.RUNNING).exists()


def test_its_words_are_found_and_its_notes_only_by_support(people: Cast) -> None:
    (key,) = load([conversation(people).story], source=Source.DEMO, until=UNTIL).ticket_ids
    rows = Ticket.objects.all()
    for who, words, found in (
        (people.technician, "imprimante laser", [key]),
        (people.technician, "équipe", [key]),
        (people.user, "imprimante", [key]),
        (people.user, "équipe", []),
    ):
        keys = search.matching(actor(who), rows, words).values_list("pk", flat=True)
        assert list(keys) == found, words


def test_entries_are_recorded_now_and_reach_the_outbox(people: Cast) -> None:
    before = Entry.objects.count()
    load([solved(people).story], source=Source.IMPORT, until=UNTIL)
    entries = Entry.objects.order_by("id")[before:]
    assert {entry.source for entry in entries} == {"import"}
    assert all(entry.recorded_at > UNTIL for entry in entries)
    assert OutboxItem.objects.filter(entry_id__in=[entry.pk for entry in entries]).count() == len(
        entries
    )


def test_keys_go_on_where_others_left_and_others_go_on_after(people: Cast) -> None:
    mine = factories.ticket(people.user)
    loaded = load([taken(people).story] * 3, source=Source.DEMO, until=UNTIL).ticket_ids
    later = factories.ticket(people.user)
    assert mine.pk < loaded[0] < loaded[1] < loaded[2] < later.pk


def test_a_story_that_the_services_would_refuse_is_refused(people: Cast) -> None:
    for plot in (
        Plot(people).then(acts.Accepted),
        Plot(people).then(acts.Resumed),
        solved(people).then(acts.Taken),
        solved(people).then(acts.Elapsed, by="closing"),
        Plot(people).then(acts.Assigned, assignee=people.user.pk),
        Plot(people).then(acts.Reopened, reason="?"),
        Plot(people).then(acts.Cancelled, reason="Pub").then(acts.Replied, text="Oui ?"),
    ):
        with pytest.raises(IllegalStory):
            load([plot.story], source=Source.DEMO, until=UNTIL)


def test_a_setting_can_be_used_again(people: Cast) -> None:
    setting = Setting()
    for _turn in range(2):
        load([taken(people).story], source=Source.DEMO, until=UNTIL, setting=setting)
    assert Ticket.objects.count() == 2
    assert Actor.system("demo").is_system
