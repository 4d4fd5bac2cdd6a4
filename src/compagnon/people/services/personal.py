"""Personal data: how long it is kept, what is kept of a person, giving it to them, erasing it.

The kinds are the holdings that every room registers (``core.personal``). An erasure is asked for by
a person, carried out by a task, one kind after the other, each in its transaction: after a crash it
goes on, since what is erased already is not found again.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from compagnon.core import journal, personal
from compagnon.core.actor import Actor
from compagnon.core.errors import Conflict, Invalid, NotFound
from compagnon.core.models import Entry
from compagnon.core.personal import Holding, Subject
from compagnon.core.services import service
from compagnon.people import personal_traces, policies
from compagnon.people.models import Erasure, ErasureState, KeepingTerm, Person
from compagnon.people.models.personal import LONGEST_DAYS
from compagnon.people.services import rows

VERB = "privacy.manage"
BATCH = 200
NATIONAL_DIGITS, SHORTEST_NUMBER = 9, 7
LONGEST_REASON = 500


@dataclass(frozen=True, slots=True)
class Kept:
    """One kind of personal data and how much of it there is of a person."""

    holding: Holding
    count: int
    stays: bool


# --- terms ---------------------------------------------------------------------------------------


@service(VERB)
def set_term(*, actor: Actor, key: str, days: int | None) -> KeepingTerm:
    """Choose for how long a kind of personal data is kept.

    Args:
        days: from the moment that the kind's register line names; ``None``: no term.

    Raises:
        Refused: the actor's role does not hold on every organisation.
        NotFound: no such kind, or it is not erased by its age.
        Invalid: not between one day and a hundred years.
    """
    policies.check(actor, VERB, None)
    found = personal.holding(key)
    if found is None or found.expire is None:
        raise NotFound
    if days is not None and not 1 <= days <= LONGEST_DAYS:
        raise rows.wrong("days", _("Between one day and a hundred years."))
    term, _made = KeepingTerm.objects.get_or_create(key=key, defaults={"days": found.days})
    before, term.days = term.days, days
    rows.keep(term)
    journal.record(
        actor=actor,
        verb="privacy.set_term",
        subject=term,
        before={"days": before},
        after={"key": key, "days": days},
    )
    return term


def terms() -> dict[str, int | None]:
    """Give the term in days of each kind, as it is in force."""
    chosen = dict(KeepingTerm.objects.values_list("key", "days"))
    return {one.key: chosen.get(one.key, one.days) for one in personal.holdings()}


@service(VERB)
def expire(*, actor: Actor, key: str) -> int:
    """Erase up to 200 things of one kind whose term is over; gives how many.

    Raises:
        Refused: the actor's role does not hold on every organisation.
        NotFound: no such kind.
    """
    policies.check(actor, VERB, None)
    found = personal.holding(key)
    if found is None or found.expire is None:
        raise NotFound
    days = terms()[key]
    if days is None:
        return 0
    gone = found.expire(timezone.now() - timedelta(days=days), BATCH)
    if gone:
        term, _made = KeepingTerm.objects.get_or_create(key=key, defaults={"days": found.days})
        journal.record(
            actor=actor, verb="privacy.expire", subject=term, after={"key": key, "erased": gone}
        )
    return gone


# --- of one person -------------------------------------------------------------------------------


def subject_of(person: Person) -> Subject:
    """Give what tells a person in a text: names, addresses, numbers."""
    first, last = person.first_name.strip(), person.last_name.strip()
    names = [f"{first} {last}", f"{last} {first}"] if first else []
    if len(last) >= personal.SHORTEST_NAME:
        names.append(last)
    points = list(person.contact_points.values_list("kind", "value"))
    account = getattr(person, "account", None)
    addresses = {value for kind, value in points if kind == "email"}
    if account is not None:
        addresses.add(account.email)
    numbers = {
        re.sub(r"\D", "", value)[-NATIONAL_DIGITS:] for kind, value in points if kind != "email"
    }
    return Subject(
        person_id=person.pk,
        first_names=[first] if len(first) >= personal.SHORTEST_NAME else [],
        names=names,
        addresses=sorted(addresses),
        numbers=sorted(number for number in numbers if len(number) >= SHORTEST_NUMBER),
    )


def check(actor: Actor, person: Person) -> None:
    """Refuse who may neither manage the personal data of this person, nor is this person.

    Raises:
        Refused: as said.
    """
    if not policies.may_as_self(actor, person):
        policies.check(actor, VERB, person.organisation_id)


def kept(person: Person) -> list[Kept]:
    """Count what is kept of a person, kind by kind. The caller has checked who asks."""
    subject = subject_of(person)
    return [Kept(one, one.count(subject), one.erase is None) for one in personal.holdings()]


def hindrances(person: Person) -> list[str]:
    """Say what must end before the person can be erased, in words."""
    subject = subject_of(person)
    return [words for one in personal.holdings() for words in one.hindrances(subject)]


@service(VERB)
def note_export(*, actor: Actor, person: Person, counts: dict[str, int]) -> None:
    """Note that a person's data was given out, to whom the journal says.

    Raises:
        Refused: see :func:`check`.
    """
    check(actor, person)
    journal.record(actor=actor, verb="person.export", subject=person, after=counts)


@service(VERB)
def ask_erasure(*, actor: Actor, person: Person, reason: str = "") -> Erasure:
    """Have everything that is kept of a person erased, but what the law or a proof demands.

    The person is closed at once, so that nothing more is added meanwhile.

    Raises:
        Refused: the actor does not manage personal data there.
        Escalation: the person holds rights that the actor does not hold.
        Conflict: it is the actor themselves, something must end first, or it is asked already.
        Invalid: too long a reason.
    """
    from compagnon.people.services import persons
    from compagnon.people.tasks import erase_person

    policies.check(actor, VERB, person.organisation_id)
    policies.check_outranks(actor, person)
    if policies.is_self(actor, person):
        raise Conflict(_("Somebody else has to erase your own data."))
    reason = rows.clean_text("reason", reason)
    if len(reason) > LONGEST_REASON:
        raise Invalid(
            fields={"reason": [_("At most %(most)s characters.") % {"most": LONGEST_REASON}]}
        )
    row = rows.lock(person)
    if Erasure.objects.filter(person=row).exclude(state=ErasureState.FAILED).exists():
        raise Conflict(_("This was asked for already."))
    if found := hindrances(row):
        raise Conflict(" ".join(found))
    if row.is_active:
        persons.deactivate(actor=actor, person=row)
    erasure = Erasure(
        person=row,
        organisation_id=row.organisation_id,
        reason=reason,
        asked_by_id=actor.id,
        asked_at=timezone.now(),
    )
    rows.write(erasure.save)
    _record(actor, "erasure.ask", erasure)
    erase_person.enqueue(erasure.pk)
    return erasure


def carry_out(*, actor: Actor, erasure_id: int) -> Erasure:
    """Erase, kind by kind, then prove it; goes on where a crash left it.

    Raises:
        NotFound: no such erasure.
    """
    erasure = begin(actor=actor, erasure_id=erasure_id)
    if erasure.state != ErasureState.RUNNING:
        return erasure
    if not erasure.words:
        erasure = note_traces(actor=actor, erasure_id=erasure_id)
    # What told the person before anything went: after a crash their name may be gone already.
    subject = personal_traces.opened(erasure.words)
    for one in personal.holdings():
        if one.erase is not None:
            erase_kind(actor=actor, erasure_id=erasure_id, key=one.key, subject=subject)
    return end(actor=actor, erasure_id=erasure_id, subject=subject)


@service(VERB)
def begin(*, actor: Actor, erasure_id: int) -> Erasure:
    """Note that an erasure begins, or begins again.

    Raises:
        NotFound: no such erasure.
    """
    erasure = _locked(actor, erasure_id)
    if erasure.state == ErasureState.WAITING:
        erasure.state, erasure.started_at = ErasureState.RUNNING, timezone.now()
        erasure.save(update_fields=["state", "started_at"])
        _record(actor, "erasure.begin", erasure)
    return erasure


@service(VERB)
def note_traces(*, actor: Actor, erasure_id: int) -> Erasure:
    """Note where the person stands in texts, before anything goes, and what the journal holds."""
    erasure = _locked(actor, erasure_id)
    subject = subject_of(erasure.person)
    erasure.found = personal_traces.search(subject)
    erasure.journal = _journal_of(erasure.person_id)
    erasure.words = personal_traces.sealed_words(subject)
    erasure.save(update_fields=["found", "journal", "words"])
    _record(actor, "erasure.search", erasure, places=len(erasure.found))
    return erasure


@service(VERB)
def erase_kind(*, actor: Actor, erasure_id: int, key: str, subject: Subject) -> int:
    """Erase one kind of a person's data; gives how many rows."""
    erasure = _locked(actor, erasure_id)
    found = personal.holding(key)
    if found is None or found.erase is None:
        raise NotFound
    gone = found.erase(subject)
    erasure.erased = erasure.erased | {key: erasure.erased.get(key, 0) + gone}
    erasure.step = key
    erasure.save(update_fields=["erased", "step"])
    if gone:
        _record(actor, "erasure.erase", erasure, kind=key, rows=gone)
    return gone


@service(VERB)
def end(*, actor: Actor, erasure_id: int, subject: Subject) -> Erasure:
    """Search every text again, compare the journal with what it was, and note the end."""
    erasure = _locked(actor, erasure_id)
    erasure.left = personal_traces.search(subject)
    now = _journal_of(erasure.person_id, until=erasure.journal["last"])
    erasure.journal = erasure.journal | {"untouched": now == erasure.journal}
    erasure.state, erasure.ended_at = ErasureState.DONE, timezone.now()
    erasure.step = erasure.words = ""
    erasure.save()
    _record(actor, "erasure.end", erasure, rows=sum(erasure.erased.values()))
    return erasure


@service(VERB)
def fail(*, actor: Actor, erasure_id: int, error: str) -> Erasure:
    """Note that an erasure could not be ended; it may be asked for again."""
    erasure = _locked(actor, erasure_id)
    erasure.state, erasure.ended_at = ErasureState.FAILED, timezone.now()
    erasure.error, erasure.words = error[:500], ""
    erasure.save(update_fields=["state", "ended_at", "error", "words"])
    _record(actor, "erasure.fail", erasure)
    return erasure


def _locked(actor: Actor, erasure_id: int) -> Erasure:
    erasure = (
        Erasure.objects.select_for_update(of=("self",))
        .select_related("person")
        .filter(pk=erasure_id)
        .first()
    )
    if erasure is None:
        raise NotFound
    policies.check(actor, VERB, erasure.organisation_id)
    return erasure


def _journal_of(person_id: int, until: int | None = None) -> dict[str, Any]:
    """Count what the journal holds about and by a person, and seal it by a digest."""
    entries = Entry.objects.filter(
        Q(object_type="people.person", object_id=person_id)
        | Q(actor_kind="person", actor_id=person_id)
    )
    if until is not None:
        entries = entries.filter(pk__lte=until)
    return personal_traces.sealed(entries.order_by("pk"))


def _record(actor: Actor, verb: str, erasure: Erasure, **after: Any) -> None:
    journal.record(actor=actor, verb=verb, subject=erasure, after=after)
