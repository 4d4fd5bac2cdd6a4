"""Asking for something from the catalogue by its form; drafts that are kept meanwhile."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils import timezone, translation
from django.utils.translation import gettext as _

from compagnon.contracts import form_words
from compagnon.contracts.asking import answers as rules
from compagnon.contracts.asking import definition as forms
from compagnon.contracts.models import FormVersion, RequestType
from compagnon.core import files as stored_files
from compagnon.core import journal
from compagnon.core.actor import Actor
from compagnon.core.errors import Invalid, NotFound, Refused, TooLarge
from compagnon.core.services import service
from compagnon.desk import requests_reading as reading
from compagnon.desk.models import (
    Attachment,
    Channel,
    MessageKind,
    RequestAnswers,
    RequestDraft,
    RequestFile,
    Ticket,
)
from compagnon.desk.services import fulfilling, writing
from compagnon.desk.services.opening import open_ticket
from compagnon.park.models import Asset
from compagnon.people.models import Person

DRAFTS_MAX, FILES_MAX = 50, 20


def checked(
    *,
    actor: Actor,
    version: FormVersion,
    beneficiary: Person,
    answers: Mapping[str, Any],
    files: Mapping[str, Mapping[str, str]],
) -> tuple[rules.Settled, dict[str, dict[str, str]]]:
    """Read answers by the form's rule; gives them with what rows of ours are called."""
    form = forms.read(version.definition)
    choices = reading.offered(actor, form, beneficiary, files, answers)
    given = dict(answers) | {key: list(names) for key, names in files.items()}
    return rules.settle(form, given, today=reading.today(), offered=choices), choices


@service("ticket.request")
def ask_for(
    *,
    actor: Actor,
    request_type: RequestType,
    version: FormVersion,
    requester: Person,
    answers: Mapping[str, Any],
    beneficiary: Person | None = None,
    files: Sequence[tuple[str, writing.Upload]] = (),
    title: str = "",
    channel: Channel = Channel.PORTAL,
) -> Ticket:
    """Open a request from the answers to a form, and begin what follows it.

    Answers of fields that are hidden are dropped. The draft that the actor had goes.

    Args:
        files: of each field that takes some, with the field's key.

    Raises:
        Refused: the actor may not open for that person.
        Invalid: an answer is missing or cannot be used; names the fields.
    """
    beneficiary = beneficiary or requester
    form = forms.read(version.definition)
    by_field: dict[str, dict[str, str]] = {}
    for index, (key, upload) in enumerate(files):
        by_field.setdefault(key, {})[f"upload-{index}"] = upload.name
    settled, choices = checked(
        actor=actor, version=version, beneficiary=beneficiary, answers=answers, files=by_field
    )
    if settled.faults:
        raise Invalid(
            _("The form is not complete: see what is missing."),
            fields={key: [form_words.ANSWERS[code]] for key, code in settled.faults.items()},
        )
    names = {
        key: {one: choices[key][one] for one in (value if isinstance(value, list) else [value])}
        for key, value in settled.answers.items()
        if key in choices
    }
    with translation.override(requester.language):
        title = " ".join(title.split()) or str(request_type)
        if beneficiary != requester:
            title = f"{title} – {beneficiary}"
        text = reading.as_text(reading.lines(form, settled.answers, names))
    kept = [upload for key, upload in files if key in settled.answers]
    ticket = open_ticket(
        actor=actor,
        requester=requester,
        beneficiary=beneficiary,
        title=title[:200],
        text=text or _("Nothing more was asked."),
        channel=channel,
        request_type=request_type,
        team=request_type.service.support_team,
        asset=_asset(form, settled.answers),
        uploads=kept,
    )
    found = RequestAnswers.objects.create(
        ticket=ticket, form_version=version, answers=settled.answers, names=names
    )
    _tie_files(found, form)
    journal.record(
        actor=actor,
        verb="ticket.request",
        subject=ticket,
        after={"request_type_id": request_type.pk, "form_version": version.number},
    )
    RequestDraft.objects.filter(person_id=actor.id or 0, request_type=request_type).delete()
    fulfilling.begin(actor=actor, ticket=ticket, found=found, at=ticket.opened_at)
    return ticket


def _asset(form: forms.Form, answers: Mapping[str, Any]) -> Asset | None:
    """Give the machine that the request is about: the first that was chosen."""
    for field in form.fields:
        if field.kind == "asset" and (key := answers.get(field.key)):
            return Asset.objects.filter(pk=int(key)).first()
    return None


def _tie_files(found: RequestAnswers, form: forms.Form) -> None:
    """Name the files of answers by the attachments that they became."""
    keys = [key for key in found.answers if (f := form.field(key)) and f.kind == "file"]
    if not keys:
        return
    rows = Attachment.objects.filter(
        ticket_id=found.ticket_id, message__kind=MessageKind.DESCRIPTION
    )
    attached = iter(list(rows.order_by("pk")))
    # In the order in which they were given, which is that of their numbers.
    order = sorted((int(one.rpartition("-")[2]), key) for key in keys for one in found.answers[key])
    tied: dict[str, dict[str, str]] = {key: {} for key in keys}
    for _number, key in order:
        row = next(attached)
        tied[key][str(row.pk)] = row.name
    found.answers |= {key: list(names) for key, names in tied.items()}
    found.names |= tied
    found.save(update_fields=["answers", "names"])


# --- drafts ---------------------------------------------------------------------------------------


@service("request.draft")
def save_draft(
    *,
    actor: Actor,
    request_type: RequestType,
    answers: Mapping[str, Any],
    beneficiary: Person | None = None,
    files: Sequence[tuple[str, writing.Upload]] = (),
    dropped: Sequence[int] = (),
) -> RequestDraft:
    """Keep what somebody has begun to write; one draft a person and request type.

    Args:
        files: to add to those kept; ``dropped``: keys of those to take away.

    Raises:
        Refused: a program asks.
        TooLarge: too much is kept already.
    """
    if actor.id is None:
        raise Refused(_("Only a person keeps a draft."))
    if len(str(answers)) > 200_000:
        raise TooLarge(_("This is too long to be kept."))
    mine = RequestDraft.objects.filter(person_id=actor.id)
    if mine.exclude(request_type=request_type)[:DRAFTS_MAX].count() >= DRAFTS_MAX:
        mine.order_by("updated_at").first().delete()  # type: ignore[union-attr]
    draft, made = RequestDraft.objects.update_or_create(
        person_id=actor.id,
        request_type=request_type,
        defaults={
            "answers": dict(answers), "beneficiary": beneficiary, "updated_at": timezone.now(),
        },
    )  # fmt: skip
    draft.files.filter(pk__in=list(dropped)).delete()
    if draft.files.count() + len(files) > FILES_MAX:
        raise TooLarge(_("At most %(limit)d files can be attached.") % {"limit": FILES_MAX})
    for key, upload in files:
        content = upload.content
        row = stored_files.store(content) if isinstance(content, bytes) else content
        name = stored_files.clean_name(upload.name)[:200]
        RequestFile.objects.create(draft=draft, field=key[:40], file=row, name=name)
    if made:
        journal.record(actor=actor, verb="request.draft", subject=request_type)
    return draft


@service("request.draft")
def discard_draft(*, actor: Actor, request_type: RequestType) -> None:
    """Throw a draft away.

    Raises:
        NotFound: there is none.
    """
    rows = RequestDraft.objects.filter(person_id=actor.id or 0, request_type=request_type)
    if not rows.exists():
        raise NotFound
    rows.delete()
    journal.record(actor=actor, verb="request.discard", subject=request_type)


def uploads_of(draft: RequestDraft) -> list[tuple[str, writing.Upload]]:
    """Give the files of a draft as a request takes them."""
    rows = draft.files.select_related("file").order_by("pk")
    return [(one.field, writing.Upload(one.name, one.file)) for one in rows]
