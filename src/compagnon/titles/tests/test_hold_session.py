"""A session from its plan to the booklet: three jurors, votes, minutes that cannot be altered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError
from django.utils import timezone

from compagnon.core.actor import Actor
from compagnon.core.errors import Conflict, Invalid, NotFound, Refused
from compagnon.core.visibility import visible
from compagnon.people.tests import factories as people
from compagnon.titles.juries.timetable import Part
from compagnon.titles.models import (
    Attendance,
    Candidacy,
    CandidacyState,
    Certificate,
    Dossier,
    EvaluationKind,
    Example,
    HeldCertificate,
    JurorTie,
    Minutes,
    Opinion,
    Quality,
    Session,
    SessionKind,
    SessionState,
    TieKind,
    Value,
    Vote,
)
from compagnon.titles.services import (
    candidacies,
    deliberating,
    dossiers,
    evaluations,
    inviting,
    jurors,
    minutes,
    results,
    sessions,
    summoning,
)
from compagnon.titles.tests import factories
from compagnon.titles.tests.test_mark_grids import all_of

pytestmark = pytest.mark.django_db
STARTS = datetime(2026, 9, 14, 8, tzinfo=UTC)
DONE = datetime(2026, 7, 1, 8, tzinfo=UTC)
SUMMONED = datetime(2026, 8, 3, 8, tzinfo=UTC)
PARTS = [Part("situation", 120, before_jury=False), Part("final", 30, before_jury=True)]


@dataclass
class Day:
    """A session ready to be summoned, and who has a part in it."""

    centre: factories.Centre
    secretary: Actor
    session: Session
    jury: list[Actor]
    candidacies: list[Candidacy]


def ready_candidate(centre: factories.Centre, number: int) -> Candidacy:
    """Give a candidate who has all that continuous training asks for."""
    person = centre.trainees[number]
    candidacy = factories.candidacy(centre, person, ends_on=date(2026, 9, 1))
    trainer, mine = people.actor(centre.trainer), people.actor(person)
    for certificate in Certificate.objects.filter(version=centre.version):
        evaluation = evaluations.plan(
            actor=trainer, candidacy_id=candidacy.pk, kind=EvaluationKind.IN_COURSE,
            certificate=certificate, starts_at=datetime(2026, 6, 1, tzinfo=UTC),
            assessors=[(centre.trainer, Quality.TRAINER)],
        )  # fmt: skip
        evaluations.mark(actor=trainer, evaluation_id=evaluation.pk, given=all_of(evaluation))
        evaluations.sign(actor=trainer, evaluation_id=evaluation.pk, at=DONE)
        assert certificate.activity
        dossiers.write_example(
            actor=mine, candidacy_id=candidacy.pk, activity=certificate.activity,
            texts={"title": "Migration", "did": "J’ai migré trente postes."},
        )  # fmt: skip
    dossiers.declare(actor=mine, candidacy_id=candidacy.pk, place="Lyon", at=DONE)
    return candidacies.move(
        actor=people.actor(centre.secretary), candidacy_id=candidacy.pk,
        state=CandidacyState.READY,
    )  # fmt: skip


def prepared(*, trainees: int = 1, jury: int = 3) -> Day:
    """Prepare a title session up to the eve of the summons."""
    centre = factories.centre(trainees=trainees)
    secretary = people.actor(centre.secretary)
    sessions.record_approval(
        actor=secretary, centre=centre.organisation, version=centre.version, number="AGR-1",
        approved_on=date(2026, 1, 1),
    )  # fmt: skip
    session = sessions.plan_session(
        actor=secretary, centre=centre.organisation, version=centre.version,
        kind=SessionKind.TITLE, starts_at=STARTS, ends_at=STARTS + timedelta(hours=10),
        place="Salle 2",
    )  # fmt: skip
    sessions.add_station(actor=secretary, session_id=session.pk, name="Poste 1")
    going = [ready_candidate(centre, number) for number in range(trainees)]
    for one in going:
        sessions.add_candidate(actor=secretary, session_id=session.pk, candidacy_id=one.pk)
    company = people.organisation(f"Entreprise {session.pk}")
    for number in range(jury):
        person = people.person(company, f"Juré{number}", "Blanc")
        juror = jurors.register_juror(
            actor=secretary, centre=centre.organisation, person=person,
            titles=[centre.version.title], sex="fm"[number % 2], experience_months=120,
            authorised_from=date(2026, 1, 1),
        )  # fmt: skip
        member = inviting.invite(
            actor=secretary, session_id=session.pk, juror_id=juror.pk, is_chair=not number
        )
        inviting.answer_invitation(
            actor=people.actor(person), member_id=member.pk, answer="accepted"
        )
    summoning.set_timetable(actor=secretary, session_id=session.pk, parts=PARTS)
    session.refresh_from_db()
    seated = session.jury.select_related("juror__person")
    return Day(
        centre, secretary, session, [people.actor(one.juror.person) for one in seated], going
    )


def held(day: Day) -> Session:
    """Summon, open, and have everybody there."""
    summoning.summon(actor=day.secretary, session_id=day.session.pk, at=SUMMONED)
    deliberating.open_session(actor=day.secretary, session_id=day.session.pk, at=STARTS)
    for sitting in day.session.sittings.all():
        deliberating.record_attendance(
            actor=day.secretary, session_id=day.session.pk, sitting_id=sitting.pk,
            attendance=Attendance.PRESENT, identity_checked=True, at=STARTS,
        )  # fmt: skip
    return day.session


def opinions(day: Day) -> None:
    """Have every juror think well of everybody, and close."""
    for juror in day.jury:
        for sitting in day.session.sittings.all():
            for certificate in deliberating.judged_certificates(day.session):
                deliberating.give_opinion(
                    actor=juror, session_id=day.session.pk, sitting_id=sitting.pk,
                    certificate_id=certificate.pk, value=Value.ACQUIRED,
                )  # fmt: skip
        deliberating.close_opinions(actor=juror, session_id=day.session.pk)


def voted(day: Day, *votes: bool) -> None:
    """Have the jurors vote on the title of the first candidate."""
    sitting = day.session.sittings.all()[0]
    for juror, is_for in zip(day.jury, votes, strict=True):
        deliberating.vote(
            actor=juror, session_id=day.session.pk, sitting_id=sitting.pk, is_for=is_for
        )


def written(day: Day, reason: str = "") -> Minutes:
    """Write the first candidate's minutes."""
    sitting = day.session.sittings.all()[0]
    return minutes.write_minutes(
        actor=day.jury[0], session_id=day.session.pk, sitting_id=sitting.pk, reason=reason,
        at=STARTS + timedelta(hours=11),
    )  # fmt: skip


def signed_by_all(day: Day, made: Minutes) -> None:
    """Have every juror sign."""
    for juror in day.jury:
        minutes.sign_minutes(actor=juror, minutes_id=made.pk, digest=made.digest)


def test_from_the_summons_to_the_booklet() -> None:
    day = prepared()
    held(day)
    opinions(day)
    voted(day, True, True, False)
    made = written(day)
    assert made.content["decision"]["outcome"] == "granted"
    assert made.number.startswith("PV-2026-")
    with pytest.raises(Conflict):
        results.close_session(actor=day.secretary, session_id=day.session.pk)
    signed_by_all(day, made)
    closed = results.close_session(actor=day.secretary, session_id=day.session.pk)
    assert closed.state == SessionState.CLOSED
    booklet = HeldCertificate.objects.filter(person=day.candidacies[0].person)
    assert booklet.count() == 3  # two CCPs and the title
    assert set(booklet.values_list("decision_reference", flat=True)) == {made.number}
    day.candidacies[0].refresh_from_db()
    assert day.candidacies[0].state == CandidacyState.DECIDED
    assert minutes.broken(day.centre.organisation) == []


def test_refused_leaves_the_ccps_that_were_voted() -> None:
    day = prepared()
    held(day)
    opinions(day)
    voted(day, False, False, True)
    with pytest.raises(Conflict):  # what is left must be voted
        written(day)
    first, second = deliberating.judged_certificates(day.session)
    sitting = day.session.sittings.all()[0]
    for juror in day.jury:
        for certificate, is_for in ((first, True), (second, False)):
            deliberating.vote(
                actor=juror, session_id=day.session.pk, sitting_id=sitting.pk, is_for=is_for,
                certificate_id=certificate.pk,
            )  # fmt: skip
    made = written(day)
    assert made.content["decision"]["outcome"] == "partial"
    signed_by_all(day, made)
    results.close_session(actor=day.secretary, session_id=day.session.pk)
    assert list(
        HeldCertificate.objects.filter(person=day.candidacies[0].person).values_list(
            "certificate", flat=True
        )
    ) == [first.pk]


def test_opinions_stay_apart_until_closed() -> None:
    day = prepared()
    held(day)
    first, second, _third = day.jury
    sitting = day.session.sittings.all()[0]
    for certificate in deliberating.judged_certificates(day.session):
        deliberating.give_opinion(
            actor=first, session_id=day.session.pk, sitting_id=sitting.pk,
            certificate_id=certificate.pk, value=Value.NOT_ACQUIRED,
        )  # fmt: skip
    with pytest.raises(Conflict):  # why is asked
        deliberating.close_opinions(actor=first, session_id=day.session.pk)
    Opinion.objects.update(comment="Réseau non maîtrisé.")
    deliberating.close_opinions(actor=first, session_id=day.session.pk)
    assert not visible(Opinion, second).exists()
    assert not visible(Opinion, day.secretary).exists()
    with pytest.raises(Conflict):
        deliberating.give_opinion(
            actor=first, session_id=day.session.pk, sitting_id=sitting.pk,
            certificate_id=certificate.pk, value=Value.ACQUIRED,
        )  # fmt: skip
    with pytest.raises(Conflict):  # nobody votes before all have closed
        voted(day, True, True, True)


def test_nobody_is_summoned_late_or_against_a_rule() -> None:
    day = prepared()
    late = STARTS - timedelta(days=20)
    with pytest.raises(Conflict):
        summoning.summon(actor=day.secretary, session_id=day.session.pk, at=late)
    agreed = summoning.summon(
        actor=day.secretary, session_id=day.session.pk, at=late, late_because="Accord écrit."
    )
    assert agreed.state == SessionState.SUMMONED

    alone = prepared(jury=1)
    found = summoning.obstructions(alone.session, on=SUMMONED.date())
    assert "jury.quorum" in {one.rule_id for one in found if one.blocks}
    with pytest.raises(Conflict):
        summoning.summon(actor=alone.secretary, session_id=alone.session.pk, at=SUMMONED)


def test_who_is_tied_is_not_invited_and_does_not_vote() -> None:
    day = prepared()
    person = people.person(day.centre.organisation, "Zoé", "Parente")
    tied = jurors.register_juror(
        actor=day.secretary, centre=day.centre.organisation, person=person,
        titles=[day.centre.version.title], authorised_from=date(2026, 1, 1),
    )  # fmt: skip
    jurors.tell_tie(
        actor=day.secretary, juror_id=tied.pk, candidate=day.candidacies[0].person,
        kind=TieKind.KIN,
    )  # fmt: skip
    with pytest.raises(Conflict):
        inviting.invite(actor=day.secretary, session_id=day.session.pk, juror_id=tied.pk)
    trainer = jurors.register_juror(
        actor=day.secretary, centre=day.centre.organisation, person=day.centre.trainer,
        titles=[day.centre.version.title], authorised_from=date(2026, 1, 1),
    )  # fmt: skip
    with pytest.raises(Conflict):  # nobody told it: our own rows do
        inviting.invite(actor=day.secretary, session_id=day.session.pk, juror_id=trainer.pk)

    held(day)
    seated = day.session.jury.all()[1]
    JurorTie.objects.create(
        juror=seated.juror, person=day.candidacies[0].person, kind=TieKind.EMPLOYS
    )
    with pytest.raises(Refused):
        deliberating.give_opinion(
            actor=day.jury[1], session_id=day.session.pk,
            sitting_id=day.session.sittings.all()[0].pk,
            certificate_id=deliberating.judged_certificates(day.session)[0].pk,
            value=Value.ACQUIRED,
        )  # fmt: skip


def test_minutes_are_not_altered() -> None:
    day = prepared()
    held(day)
    opinions(day)
    voted(day, True, True, True)
    made = written(day)
    signed_by_all(day, made)
    for alter in (
        lambda: Minutes.objects.filter(pk=made.pk).update(reason="x"),
        made.delete,
        lambda: Minutes.objects.all()._raw_delete("default"),
        lambda: connection.cursor().execute("UPDATE titles_minutes SET content = '{}'"),
        lambda: connection.cursor().execute("DELETE FROM titles_minutes"),
        lambda: connection.cursor().execute("UPDATE titles_signature SET digest = ''"),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            alter()
    with pytest.raises(Conflict):  # what was not read is not signed
        minutes.sign_minutes(actor=day.jury[0], minutes_id=made.pk, digest="0" * 64)


def test_a_correction_is_new_minutes() -> None:
    day = prepared()
    held(day)
    opinions(day)
    voted(day, True, True, True)
    first = written(day)
    with pytest.raises(Invalid):
        written(day)
    second = written(day, reason="Un vote mal saisi.")
    assert (second.corrects_id, second.rank) == (first.pk, first.rank + 1)
    assert second.previous == first.digest
    with pytest.raises(Conflict):
        minutes.sign_minutes(actor=day.jury[0], minutes_id=first.pk, digest=first.digest)


def test_candidates_see_their_own_line_only() -> None:
    day = prepared(trainees=2)
    mine = people.actor(day.candidacies[0].person)
    assert visible(Session, mine).count() == 1
    assert day.session.sittings.count() == 2
    held(day)
    opinions(day)
    voted(day, True, True, True)
    made = written(day)
    assert visible(Minutes, mine).get() == made
    assert not visible(Minutes, people.actor(day.candidacies[1].person)).exists()
    assert not visible(Vote, mine).exists()
    assert "Juré0" in str(made.content["votes"])
    told = minutes.told_to(mine, made)
    assert told["votes"] == []
    assert "jury" not in told["case"]
    assert "Juré" not in str(told["decision"])
    assert minutes.told_to(day.jury[0], made) == made.content
    with pytest.raises(NotFound):
        minutes.sign_minutes(
            actor=people.actor(people.person(people.organisation("Ailleurs"))),
            minutes_id=made.pk,
            digest=made.digest,
        )


def test_a_dossier_without_an_example_for_each_activity_is_not_declared() -> None:
    centre = factories.centre()
    candidacy = factories.candidacy(centre)
    mine = people.actor(centre.trainees[0])
    with pytest.raises(Conflict):
        dossiers.declare(actor=mine, candidacy_id=candidacy.pk, place="Lyon")
    assert not Example.objects.exists()
    assert not Dossier.objects.filter(declared_at__lte=timezone.now()).exists()
