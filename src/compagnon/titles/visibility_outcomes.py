"""Who sees which attestations, and what signs them.

An attestation is seen by whoever holds ``attestation.view``, ``.issue`` or ``.withdraw`` on its
centre, and by the person it is about. Whoever holds its link reads it on the public page without
passing here: the link is the right.
"""

from __future__ import annotations

from django.db.models import Q, QuerySet

from compagnon.core.actor import Scope
from compagnon.core.visibility import rule
from compagnon.titles.models import Attestation, SigningKey, StatusList

STAFF = ("attestation.view", "attestation.issue", "attestation.withdraw")


@rule(Attestation)
def attestations(scope: Scope, rows: QuerySet[Attestation]) -> QuerySet[Attestation]:
    """Those of one's centres, and one's own."""
    found = Q(pk__in=())
    for verb in STAFF:
        reach = scope.organisations(verb)
        if reach is None:
            return rows
        if reach:
            found |= Q(organisation_id__in=sorted(reach))
    if scope.person_id is not None and scope.reaches_own("candidacy.own"):
        found |= Q(person_id=scope.person_id)
    return rows.filter(found)


@rule(SigningKey)
def keys(scope: Scope, rows: QuerySet[SigningKey]) -> QuerySet[SigningKey]:
    """Who keeps them."""
    return rows if scope.allows("attestation.keys", None) else rows.none()


@rule(StatusList)
def lists(scope: Scope, rows: QuerySet[StatusList]) -> QuerySet[StatusList]:
    """Who keeps the keys; everybody reads the signed list at its address."""
    return rows if scope.allows("attestation.keys", None) else rows.none()
