"""Links that a mail carries: they open one thing, for whoever holds the mail, and nothing else.

A link is the row's nonce and a signature of it under the product's key: the database alone does
not hold what is needed to make one.
"""

from __future__ import annotations

import base64
import hmac

from django.conf import settings
from django.urls import reverse
from django.utils.crypto import salted_hmac

from compagnon.desk.errors import BadLink
from compagnon.desk.models import ApprovalVoice, InterventionSheet, Solution

SIGNATURE = 22


def _signature(purpose: str, nonce: str) -> str:
    digest = salted_hmac(f"compagnon.desk.links.{purpose}", nonce, algorithm="sha256").digest()

    return base64.urlsafe_b64encode(digest).decode()[:SIGNATURE]


def solution_link(solution: Solution) -> str:
    """Give the address at which a user accepts or refuses that solution."""
    token = f"{solution.nonce}.{_signature('solution', solution.nonce)}"
    return f"{settings.BASE_URL}{reverse('desk:answer', args=[token])}"


def sheet_link(sheet: InterventionSheet) -> str:
    """Give the address at which a user reads and signs that sheet on their own phone."""
    token = f"{sheet.nonce}.{_signature('sheet', sheet.nonce)}"
    return f"{settings.BASE_URL}{reverse('desk:sign_link', args=[token])}"


def _nonce(purpose: str, token: str) -> str:
    nonce, _dot, signature = token.partition(".")
    if not hmac.compare_digest(
        signature.encode("utf-8", "replace"), _signature(purpose, nonce).encode()
    ):
        raise BadLink
    return nonce


def solution_of(token: str) -> Solution:
    """Give the solution of a link.

    Raises:
        BadLink: we did not make it.
    """
    nonce = _nonce("solution", token)
    found = (
        Solution.objects.select_related(
            "message", "ticket__requester", "ticket__beneficiary", "ticket__organisation"
        )
        .filter(nonce=nonce)
        .first()
    )
    if found is None:
        raise BadLink
    return found


def sheet_of(token: str) -> InterventionSheet:
    """Give the sheet of a link.

    Raises:
        BadLink: we did not make it.
    """
    found = (
        InterventionSheet.objects.select_related("task__ticket__beneficiary")
        .filter(nonce=_nonce("sheet", token))
        .first()
    )
    if found is None:
        raise BadLink
    return found


def approval_link(voice: ApprovalVoice) -> str:
    """Give the address at which that person answers the approval."""
    token = f"{voice.nonce}.{_signature('approval', voice.nonce)}"
    return f"{settings.BASE_URL}{reverse('desk:approve_link', args=[token])}"


def voice_of(token: str) -> ApprovalVoice:
    """Give the voice of a link.

    Raises:
        BadLink: we did not make it.
    """
    found = (
        ApprovalVoice.objects.select_related(
            "person__organisation", "approval__ticket__organisation",
            "approval__ticket__requester", "approval__ticket__beneficiary",
        )
        .filter(nonce=_nonce("approval", token))
        .first()
    )  # fmt: skip
    if found is None:
        raise BadLink
    return found
