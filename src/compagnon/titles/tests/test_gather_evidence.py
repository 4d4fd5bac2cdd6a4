"""Work that proposes itself as evidence, is chosen, told, attested."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from compagnon.core import outbox
from compagnon.core.errors import Conflict, NotFound, Refused
from compagnon.core.models import Entry
from compagnon.desk import services as desk
from compagnon.desk.models import Category, Channel, SolutionKind, Ticket
from compagnon.people.models import Person
from compagnon.people.tests import factories as people
from compagnon.titles import tasks
from compagnon.titles.models import Evidence, EvidenceState
from compagnon.titles.services import evidence, gathering
from compagnon.titles.tests import factories

pytestmark = pytest.mark.django_db


def solved(of: factories.Centre, solver: Person, *, accept: bool = True) -> Ticket:
    """Have a trainee solve a request of the centre's, and its user accept."""
    if not solver.role_assignments.exists():
        people.grant(solver, people.role("technician"), of.organisation)
    user = people.person(of.organisation, "Ursule", "Blanc")
    ticket = desk.open_ticket(
        actor=people.actor(solver), requester=user, title="Imprimante muette", text="Rien ne sort.",
        channel=Channel.PHONE,
    )  # fmt: skip
    desk.take(actor=people.actor(solver), ticket_id=ticket.pk)
    desk.propose_solution(
        actor=people.actor(solver), ticket_id=ticket.pk, text="Pilote remis.",
        kind=SolutionKind.PERMANENT,
    )  # fmt: skip
    if accept:
        desk.accept_solution(actor=people.actor(user), ticket_id=ticket.pk)
    return ticket


def test_a_solved_and_accepted_request_proposes_itself() -> None:
    centre = factories.centre()
    candidate = centre.trainees[0]
    candidacy = factories.candidacy(centre)
    factories.evidence_rule(centre, "ticket.solved", 1, conditions={"ticket_kind": ["incident"]})
    ticket = solved(centre, candidate)

    tasks.propose_evidence()

    found = Evidence.objects.get(candidacy=candidacy)
    assert (found.state, found.object_id) == (EvidenceState.PROPOSED, ticket.pk)
    assert [link.competence.number for link in found.links.all()] == [1]
    own = Entry.objects.filter(pk__in=found.entries)
    assert {entry.actor_id for entry in own} == {candidate.pk}
    assert "ticket.solve" in {entry.verb for entry in own}

    tasks.propose_evidence()
    gathering.look_back(actor=people.actor(centre.secretary), candidacy_id=candidacy.pk)
    assert Evidence.objects.count() == 1


def test_a_rule_takes_a_branch_of_categories_by_its_names() -> None:
    centre = factories.centre()
    factories.candidacy(centre)
    network = Category.objects.create(name="Réseau")
    Category.objects.filter(pk=network.pk).update(path=f"/{network.pk}/")
    wifi = Category.objects.create(name="Wi-Fi", parent=network)
    Category.objects.filter(pk=wifi.pk).update(path=f"/{network.pk}/{wifi.pk}/")
    factories.evidence_rule(centre, "ticket.solved", 1, conditions={"category__under": ["Réseau"]})
    factories.evidence_rule(centre, "ticket.solved", 2, conditions={"category": ["Wi-Fi"]})
    ticket = solved(centre, centre.trainees[0])
    Ticket.objects.filter(pk=ticket.pk).update(category=wifi)

    tasks.propose_evidence()

    found = Evidence.objects.get()
    assert found.facts["category"] == "Réseau/Wi-Fi"
    assert [link.competence.number for link in found.links.all()] == [1]


def test_what_is_not_accepted_or_meets_no_rule_is_not_proposed() -> None:
    centre = factories.centre(trainees=2)
    factories.candidacy(centre)
    factories.evidence_rule(centre, "ticket.solved", 1, conditions={"priority": [1]})
    factories.evidence_rule(centre, "ticket.solved", 2, is_active=False)
    solved(centre, centre.trainees[0])
    solved(centre, centre.trainees[0], accept=False)
    solved(centre, centre.trainees[1])

    while outbox.consume("test", lambda entries: None):
        pass
    tasks.propose_evidence()

    assert not Evidence.objects.exists()


def test_told_chosen_attested_and_unsealed_by_a_change() -> None:
    centre = factories.centre()
    candidacy = factories.candidacy(centre)
    factories.evidence_rule(centre, "ticket.solved", 1)
    solved(centre, centre.trainees[0])
    tasks.propose_evidence()
    mine, trainer = people.actor(centre.trainees[0]), people.actor(centre.trainer)
    found = Evidence.objects.get(candidacy=candidacy)

    with pytest.raises(NotFound):  # a proposal is the candidate's own affair
        evidence.attest(actor=trainer, evidence_id=found.pk)
    evidence.choose(actor=mine, evidence_id=found.pk)
    with pytest.raises(Conflict):
        evidence.attest(actor=trainer, evidence_id=found.pk)
    evidence.tell(actor=mine, evidence_id=found.pk, texts={"did": "J’ai remis le pilote."})
    with pytest.raises(Refused):
        evidence.attest(actor=mine, evidence_id=found.pk)
    attested = evidence.attest(actor=trainer, evidence_id=found.pk, comment="Vu.")
    assert attested.state == EvidenceState.ATTESTED

    evidence.attach(actor=mine, evidence_id=found.pk, name="capture.txt", content=b"vu")
    found.refresh_from_db()
    assert (found.state, found.attested_by) == (EvidenceState.CHOSEN, None)


def test_only_the_candidate_tells() -> None:
    centre = factories.centre(trainees=2)
    candidacy = factories.candidacy(centre)
    mine, other = (people.actor(person) for person in centre.trainees)
    made = evidence.add_outside(
        actor=mine, candidacy_id=candidacy.pk, happened_at=datetime(2026, 2, 2, tzinfo=UTC),
        texts={"title": "Câblage", "did": "Vingt prises."}, shown=[],
    )  # fmt: skip
    assert made.origin == "outside"
    with pytest.raises(NotFound):
        evidence.tell(actor=other, evidence_id=made.pk, texts={"did": "x"})
    with pytest.raises(Refused):
        evidence.tell(actor=people.actor(centre.trainer), evidence_id=made.pk, texts={"did": "x"})


def test_work_before_the_candidacy_does_not_count() -> None:
    centre = factories.centre()
    factories.candidacy(centre, starts_on=date(2099, 1, 1))
    factories.evidence_rule(centre, "ticket.solved", 1)
    solved(centre, centre.trainees[0])

    tasks.propose_evidence()

    assert not Evidence.objects.exists()
