"""Attestations: issued, signed, withdrawn."""

from __future__ import annotations

import secrets
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db.models import Max
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from compagnon.core import files, journal
from compagnon.core.actor import Actor
from compagnon.core.errors import Conflict, Invalid
from compagnon.core.services import service
from compagnon.core.visibility import get_visible
from compagnon.people.models import Organisation, Person
from compagnon.titles import policies_outcomes as policies
from compagnon.titles.documents.attestation import attestation as make_pdf
from compagnon.titles.models import Attestation, AttestationKind, StatusList
from compagnon.titles.proving import credential as credentials
from compagnon.titles.proving import data_integrity, limits, signing, status_list
from compagnon.titles.proving.keys import did_key
from compagnon.titles.proving.statement import Kind, Statement
from compagnon.titles.services import signing_keys

# Beyond, places are found by chance too slowly: another list begins.
MOST_IN_A_LIST = limits.LIST_LEAST_BITS // 2
_LONGEST = {"holder": 150, "title_code": 20, "title_name": 200, "element_code": 20,
            "element_name": 300, "version": 60, "level": 60, "decision": 80}  # fmt: skip
_NEEDED = ("holder", "title_code", "title_name")


@service("attestation.issue")
def issue_attestation(
    *,
    actor: Actor,
    organisation: Organisation,
    kind: str,
    holder: str,
    title_code: str,
    title_name: str,
    decided_on: date,
    element_code: str = "",
    element_name: str = "",
    version: str = "",
    level: str = "",
    decision: str = "",
    person: Person | None = None,
    language: str = "fr",
) -> Attestation:
    """Attest a fact: number it, write its credential and its PDF, sign both, keep them.

    Args:
        organisation: the centre that attests, in whose register it stands.
        kind: one of :class:`~compagnon.titles.models.AttestationKind`.
        holder: the name to print.
        element_code: of the certificate («CCP 1», «CCS 1»); empty for a whole title.
        version: of the referential, as it is cited.
        decision: how the decision is cited (number of the minutes), at most 80 characters.
        person: whom it is about, where they are known here.
        language: of the page, «fr» or «en».

    Raises:
        Refused: no role gives ``attestation.issue`` on the centre.
        Invalid: a value is missing, too long, or cannot be printed.
        Conflict: there are no keys.
    """
    policies.check(actor, "attestation.issue", organisation.pk)
    texts = _texts(
        holder=holder, title_code=title_code, title_name=title_name, element_code=element_code,
        element_name=element_name, version=version, level=level, decision=decision,
    )  # fmt: skip
    _check_fact(kind, texts, decided_on, language)
    signers = signing_keys.signers()
    now = timezone.now().replace(microsecond=0)
    year = timezone.localdate(now).year
    sequence = _next_number(organisation, year)
    listed = _list_with_room(signers)
    index = _free_place(listed)
    token = secrets.token_urlsafe(24)
    statement = Statement(
        kind=Kind(kind),
        number=f"AT-{year}-{organisation.pk}-{sequence:05}",
        decided_on=decided_on,
        issuer=organisation.name,
        issued_at=now,
        page=public_address("titles:verify_attestation", token),
        language=language,
        **texts,
    )
    signed = data_integrity.sign(
        credentials.build(
            statement,
            issuer=signers.credential_row.did,
            status=credentials.StatusPlace(listed.url, index),
        ),
        signers.credential,
        created=now,
    )
    pdf = signing.sign(
        make_pdf(statement, signed),
        signer=signers.document,
        authority=signers.authority,
        reason=f"Attestation {statement.number}",
        place=organisation.name,
    )
    row = Attestation.objects.create(
        organisation=organisation,
        year=year,
        sequence=sequence,
        reference=statement.number,
        token=token,
        kind=kind,
        person=person,
        holder=texts["holder"],
        title_code=texts["title_code"],
        title_name=texts["title_name"],
        element_code=texts["element_code"],
        element_name=texts["element_name"],
        fact={"version": texts["version"], "level": texts["level"]},
        decided_on=decided_on,
        decision=texts["decision"],
        language=language,
        issued_at=now,
        file=files.store(pdf),
        credential=signed,
        key=signers.credential_row,
        status_list=listed,
        status_index=index,
    )
    journal.record(
        actor=actor,
        verb="attestation.issue",
        subject=row,
        after={
            "reference": row.reference,
            "kind": kind,
            "code": row.code,
            "decided_on": decided_on,
            "sha256": row.file.sha256,
        },
    )
    return row


@service("attestation.withdraw")
def withdraw_attestation(*, actor: Actor, attestation_id: int, reason: str) -> Attestation:
    """Withdraw an attestation: its bit is set in the signed list, its page says so. For ever.

    Args:
        reason: for the register and the journal's reader; the public page does not show it.

    Raises:
        NotFound: there is none, or the actor does not see it.
        Refused: no role gives ``attestation.withdraw`` on its centre.
        Invalid: there is no reason.
        Conflict: it is withdrawn already, or its key cannot be opened.
    """
    row = get_visible(Attestation, actor, pk=attestation_id)
    policies.check(actor, "attestation.withdraw", row.organisation_id)
    clean = reason.strip()[:2000]
    if not clean:
        raise Invalid(fields={"reason": [_("Say why it is withdrawn.")]})
    # The list first: two withdrawals at once must both be in what is signed.
    listed = StatusList.objects.select_for_update().get(pk=row.status_list_id)
    row = Attestation.objects.select_for_update().get(pk=row.pk)
    if row.is_withdrawn:
        raise Conflict(_("This attestation is withdrawn already."))
    row.withdrawn_at = timezone.now()
    row.withdrawal_reason = clean
    row.save(update_fields=["withdrawn_at", "withdrawal_reason"])
    _sign_list(listed, row.withdrawn_at)
    journal.record(
        actor=actor,
        verb="attestation.withdraw",
        subject=row,
        before={"withdrawn_at": None},
        after={"withdrawn_at": row.withdrawn_at},
    )
    return row


# --- what both need ---------------------------------------------------------------------------


def _texts(**texts: str) -> dict[str, str]:
    return {name: " ".join(text.split()) for name, text in texts.items()}


def _check_fact(kind: str, texts: dict[str, str], decided_on: date, language: str) -> None:
    problems: dict[str, list[Any]] = {}
    for name in _NEEDED:
        if not texts[name]:
            problems.setdefault(name, []).append(_("This is needed."))
    for name, longest in _LONGEST.items():
        if len(texts[name]) > longest:
            problems.setdefault(name, []).append(
                _("At most %(longest)s characters.") % {"longest": longest}
            )
    if " " in texts["title_code"]:
        problems.setdefault("title_code", []).append(_("A code holds no space."))
    problems.update(_element_problems(kind, texts))
    if decided_on > timezone.localdate():
        problems["decided_on"] = [_("A decision to come cannot be attested.")]
    if language not in dict(settings.LANGUAGES):
        problems["language"] = [_("Attestations are written in French or in English.")]
    if problems:
        raise Invalid(fields=problems)


def _element_problems(kind: str, texts: dict[str, str]) -> dict[str, list[Any]]:
    """A whole title has no code of a certificate; a certificate has its own, and its name."""
    code = texts["element_code"]
    if kind not in AttestationKind.values:
        return {"kind": [_("There is no such thing to gain.")]}
    if (kind == AttestationKind.TITLE) == bool(code):
        return {
            "element_code": [
                _("A certificate has its code, «CCP 1» or «CCS 1»; a whole title has none.")
            ]
        }
    if code and credentials.kind_of(code) != kind:
        return {"element_code": [_("The code is of another kind of certificate.")]}
    if code and not texts["element_name"]:
        return {"element_name": [_("This is needed.")]}
    return {}


def _next_number(organisation: Organisation, year: int) -> int:
    # One at a time for a centre: numbers follow each other without a gap.
    Organisation.objects.select_for_update().get(pk=organisation.pk)
    last = Attestation.objects.filter(organisation=organisation, year=year).aggregate(
        last=Max("sequence")
    )["last"]
    return (last or 0) + 1


def _list_with_room(signers: signing_keys.Signers) -> StatusList:
    row = signers.credential_row
    listed = StatusList.objects.filter(key=row).order_by("-pk").first()
    if listed is not None and listed.attestations.count() < MOST_IN_A_LIST:
        return listed
    listed = StatusList.objects.create(key=row)
    listed.url = public_address("titles:status_list", listed.pk)
    listed.save(update_fields=["url"])
    _sign_list(listed, timezone.now())
    return listed


def _free_place(listed: StatusList) -> int:
    # At random: neighbours in the list tell nothing of each other.
    while True:
        place = secrets.randbelow(limits.LIST_LEAST_BITS)
        if not listed.attestations.filter(status_index=place).exists():
            return place


def _sign_list(listed: StatusList, now: datetime) -> None:
    key = signing_keys.credential_key(listed.key)
    withdrawn = listed.attestations.exclude(withdrawn_at=None)
    document = status_list.build(
        url=listed.url,
        issuer=did_key(key.public_key()),
        withdrawn=withdrawn.values_list("status_index", flat=True),
        issued_at=now,
    )
    listed.credential = data_integrity.sign(document, key, created=now)
    listed.signed_at = now
    listed.save(update_fields=["credential", "signed_at"])


def public_address(route: str, *args: Any) -> str:
    """Give the whole address of a public page of ours."""
    return f"{settings.BASE_URL}{reverse(route, args=args)}"
