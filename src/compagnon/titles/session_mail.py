"""What mails about sessions say, with their PDF and their calendar file."""

from __future__ import annotations

from email.utils import parseaddr

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from compagnon.core import files
from compagnon.titles.documents import summons as papers
from compagnon.titles.documents.calendar import Appointment, calendar_file
from compagnon.titles.documents.summons import Summons, summons_pdf
from compagnon.titles.models import Attestation, SessionMail, SessionMailKind, Sitting
from compagnon.titles.services.minutes import current


def summons_of(row: SessionMail) -> Summons:
    """Give the summons that a mail carries, as the session stands."""
    session = row.session
    slots = []
    sitting = _sitting(row)
    if sitting is not None:
        for slot in sitting.slots.select_related("station"):
            station = slot.station
            names = (station.name, station.room) if station else ()
            place = " · ".join(part for part in names if part)
            slots.append((str(slot.get_kind_display()), slot.starts_at, slot.ends_at, place))
    version = session.version_of_title
    what = f"{version.title.code} {version.name}"
    return Summons(
        centre=session.organisation.name,
        person=str(row.person),
        reference=session.reference,
        what=f"{what} — {session.certificate}" if session.certificate else what,
        place=session.place,
        is_remote=session.is_remote,
        starts_at=min((one[1] for one in slots), default=session.starts_at),
        ends_at=max((one[2] for one in slots), default=session.ends_at),
        as_juror=row.as_juror,
        slots=slots,
        on=timezone.localdate(row.created_at),
    )


def appointment_of(row: SessionMail) -> Appointment:
    """Give the event of a mail; the same ``uid`` for this person in this session for ever."""
    one = summons_of(row)
    organiser = parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
    with translation.override(row.person.language):
        lines = [": ".join(pair) for pair in papers.facts(one, row.person.language)]
        return Appointment(
            uid=f"session-{row.session_id}-{row.person_id}@{settings.MAIL_DOMAIN}",
            sequence=row.sequence,
            summary=f"{_('Session')} {one.reference} — {one.what}"[:200],
            description="\n".join([*lines, *(" ".join(slot) for slot in papers.slot_lines(one))]),
            place=one.place,
            starts_at=one.starts_at,
            ends_at=one.ends_at,
            organiser=organiser,
            attendee=row.address,
            attendee_name=one.person,
            made_at=row.created_at,
            cancelled=row.kind == SessionMailKind.CANCELLED,
        )


def message_of(row: SessionMail) -> EmailMultiAlternatives:
    """Write the mail, in the person's language."""
    with translation.override(row.person.language):
        subject, lines = _text(row)
        message = EmailMultiAlternatives(
            subject=" ".join(subject.split()),
            body="\n".join(lines) + "\n",
            from_email=settings.DEFAULT_FROM_EMAIL,
            to=[row.address],
            headers={
                # RFC 3834: no absence notice answers this.
                "Auto-Submitted": "auto-generated",
                # Sent twice after a crash, it is the same message.
                "Message-ID": f"<session-mail-{row.pk}@{settings.MAIL_DOMAIN}>",
            },
        )
    if row.kind == SessionMailKind.RESULTS:
        _attach_results(message, row)
        return message
    one = appointment_of(row)
    if row.kind == SessionMailKind.SUMMONS:
        name = f"{row.session.reference}.pdf"
        content = summons_pdf(summons_of(row), language=row.person.language)
        message.attach(name, content, "application/pdf")
    message.attach(
        f"{row.session.reference}.ics",
        calendar_file(one).decode(),
        f"text/calendar; method={one.method}",
    )
    return message


def _text(row: SessionMail) -> tuple[str, list[str]]:
    one = summons_of(row)
    hello = _("Hello %(name)s,") % {"name": row.person}
    facts = [f"{label}: {value}" for label, value in papers.facts(one, row.person.language)]
    reference = {"reference": one.reference}
    if row.kind == SessionMailKind.CANCELLED:
        told = [_("The session below is cancelled: you are no longer expected."), "", *facts]
        subject = _("Session %(reference)s is cancelled") % reference
    elif row.kind == SessionMailKind.RESULTS:
        told = _results(row)
        subject = _("Results of session %(reference)s") % reference
    else:
        slots = [" ".join(part for part in line if part) for line in papers.slot_lines(one)]
        told = [papers.opening(one), "", *facts, "", *slots, "", *papers.notes(one)]
        changed = row.sequence > 0
        subject = (
            _("Your summons to session %(reference)s has changed") % reference
            if changed
            else _("Summons to session %(reference)s") % reference
        )
    return subject, [hello, "", *told, "", one.centre]


def _sitting(row: SessionMail) -> Sitting | None:
    if row.as_juror:
        return None
    return Sitting.objects.filter(
        session_id=row.session_id, candidacy__person_id=row.person_id
    ).first()


def _results(row: SessionMail) -> list[str]:
    sitting = _sitting(row)
    minutes = current(sitting) if sitting else None
    if minutes is None:
        return [_("The jury has decided. Ask your centre for the result.")]
    words = minutes.content["decision"]["outcome_words"]
    granted = minutes.content["decision"]["granted"]
    told = [
        _("The jury has decided (minutes %(number)s): %(outcome)s.")
        % {"number": minutes.number, "outcome": words.get(row.person.language) or words["fr"]}
    ]
    told += [f"- CCP {one['ccp']}: {one['name']}" for one in granted["ccps"]]
    page = f"{settings.BASE_URL}{reverse('titles:session_outcome', args=[row.session_id])}"
    return [*told, "", _("Your papers: %(page)s") % {"page": page}]


def _attach_results(message: EmailMultiAlternatives, row: SessionMail) -> None:
    from compagnon.titles.queries.results import pdf_of

    sitting = _sitting(row)
    minutes = current(sitting) if sitting else None
    if minutes is None:
        return
    content = pdf_of(minutes, language=row.person.language, whole=False)
    message.attach(f"{minutes.number}.pdf", content, "application/pdf")
    issued = Attestation.objects.filter(
        Q(person_id=row.person_id),
        organisation_id=row.session.organisation_id,
        decision=minutes.number,
        withdrawn_at=None,
    ).select_related("file")
    for one in issued[:10]:
        message.attach(f"{one.reference}.pdf", files.read(one.file), "application/pdf")
