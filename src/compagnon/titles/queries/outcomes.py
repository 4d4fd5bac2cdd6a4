"""Reads of attestations: the register, what a link shows, whom to trust."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from compagnon.core.actor import Actor
from compagnon.core.errors import NotFound
from compagnon.core.visibility import visible
from compagnon.people.models import Organisation, Person
from compagnon.titles.documents.booklet import Row, TitleGained, WindowLine, booklet
from compagnon.titles.models import Attestation, AttestationKind, KeyPurpose, SigningKey, StatusList
from compagnon.titles.queries.windows import Windows, windows

MOST_IN_A_BOOKLET = 200


def attestations(actor: Actor, q: str = "") -> QuerySet[Attestation]:
    """Give the attestations that the actor sees, narrowed to a number, a name or a code."""
    rows = visible(Attestation, actor).select_related("organisation", "file")
    return rows.filter(matching(q))


def matching(q: str) -> Q:
    """Give the filter for a number, a name or a code, or parts of the first two."""
    text = " ".join(q.replace("\0", "").split())[:100]
    if not text:
        return Q()
    return Q(reference__icontains=text) | Q(holder__icontains=text) | Q(title_code__iexact=text)


def by_token(token: str) -> Attestation:
    """Give the attestation that a link is for. The link is the right: no actor is asked.

    Raises:
        NotFound: there is none.
    """
    row = Attestation.objects.select_related("organisation", "file").filter(token=token).first()
    if row is None:
        raise NotFound
    return row


def served_list(list_id: int) -> StatusList:
    """Give a list of withdrawals as it is served to everybody: it names nobody.

    Raises:
        NotFound: there is none.
    """
    row = StatusList.objects.filter(pk=list_id).exclude(credential=None).first()
    if row is None:
        raise NotFound
    return row


def trust_file() -> bytes:
    """Give the certificates of the authority and of the keys of credentials, old and new, in PEM.

    Raises:
        NotFound: there are no keys.
    """
    rows = SigningKey.objects.filter(purpose__in=(KeyPurpose.AUTHORITY, KeyPurpose.CREDENTIAL))
    found = "".join(rows.order_by("pk").values_list("certificate", flat=True))
    if not found:
        raise NotFound
    return found.encode()


def signed_lists() -> list[dict[str, Any]]:
    """Give every signed list of withdrawals of this installation."""
    rows = StatusList.objects.exclude(credential=None)
    return [found for found in rows.values_list("credential", flat=True) if found is not None]


def may_act_somewhere(actor: Actor, verb: str) -> bool:
    """Tell whether the actor holds the verb on some centre."""
    return actor.scope.allows_somewhere(verb)


def centres(actor: Actor, verb: str) -> QuerySet[Organisation]:
    """Give the organisations on which the actor holds the verb."""
    reach = actor.scope.organisations(verb)
    rows = Organisation.objects.order_by("name")
    return rows if reach is None else rows.filter(pk__in=sorted(reach))


def booklet_of(actor: Actor, person: Person, *, language: str) -> bytes:
    """Give the PDF of what a person gained, as far as the actor sees it.

    Raises:
        NotFound: the actor sees no attestation of that person.
    """
    rows = list(
        visible(Attestation, actor)
        .filter(person=person, withdrawn_at=None)
        .select_related("organisation")
        .order_by("decided_on", "pk")[:MOST_IN_A_BOOKLET]
    )
    if not rows:
        raise NotFound
    today = timezone.localdate()
    return booklet(
        holder=rows[-1].holder,
        issuer=rows[-1].organisation.name,
        titles=[
            _gained(code, rows, today, language)
            for code in dict.fromkeys(row.title_code for row in rows)
        ],
        today=today,
        language=language,
    )


def _gained(code: str, rows: list[Attestation], today: date, language: str) -> TitleGained:
    mine = [row for row in rows if row.title_code == code]
    parts = [row for row in mine if row.kind != AttestationKind.TITLE]
    whole = next((row for row in mine if row.kind == AttestationKind.TITLE), None)
    weighed = None if whole else _windows(code, parts, today, language)
    return TitleGained(
        code=code,
        name=mine[-1].title_name,
        rows=[
            Row(
                code=row.element_code,
                name=row.element_name,
                decided_on=row.decided_on,
                number=row.reference,
            )
            for row in parts
        ],
        whole_on=whole.decided_on if whole else None,
        whole_number=whole.reference if whole else "",
        windows=[
            WindowLine(
                says=one.says,
                found=one.found,
                cited=one.citation,
                until=one.until,
                applies=one.applies,
            )
            for one in (weighed.lines if weighed else ())
        ],
        reason=weighed.reason if weighed else "",
    )


def _windows(code: str, rows: list[Attestation], today: date, language: str) -> Windows | None:
    """Weigh the windows of the CCPs of the version gained last: it is the one that goes on."""
    gained = [row for row in rows if row.kind == AttestationKind.CCP]
    if not gained:
        return None
    version = gained[-1].fact.get("version", "")
    held: dict[str, date] = {}
    for row in gained:
        if row.fact.get("version", "") == version:
            held.setdefault(row.element_code.removeprefix("CCP").strip(), row.decided_on)
    return windows(
        code=code,
        version=version,
        held=held,
        today=today,
        language="en" if language.startswith("en") else "fr",
    )
