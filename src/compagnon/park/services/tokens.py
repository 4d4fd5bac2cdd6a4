"""Enrolment tokens: what an agent shows to report for an organisation."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from compagnon.core import journal
from compagnon.core.actor import Actor
from compagnon.core.errors import Conflict, Invalid
from compagnon.core.services import service
from compagnon.core.visibility import get_visible
from compagnon.park.models import EnrolmentToken
from compagnon.park.policies import INVENTORY, check
from compagnon.people.models import Organisation, Site

PREFIX = "cpe_"


@dataclass(frozen=True, slots=True)
class Made:
    """A token as it is shown once."""

    token: EnrolmentToken
    secret: str


def digest_of(secret: str) -> str:
    """Give what is kept of a secret. It is long and random: no slow hash is needed."""
    return hashlib.sha256(secret.strip().encode()).hexdigest()


@service("enrolment.create")
def create(
    *,
    actor: Actor,
    organisation: Organisation,
    name: str,
    site: Site | None = None,
    certificate: str = "",
    expires_at: datetime | None = None,
) -> Made:
    """Make an enrolment token; its secret is in the answer and nowhere else.

    Args:
        site: where the machines that it adds are.
        certificate: the subject of a client certificate that may report too, as the proxy tells.

    Raises:
        Refused: the actor may not follow the inventories of that organisation.
        Invalid: it has no name, or the site is of another organisation.
        Conflict: another token has that certificate.
    """
    check(actor, INVENTORY, organisation.pk)
    if not name.strip():
        raise Invalid(fields={"name": [_("Say what it is used for.")]})
    if site is not None and site.organisation_id != organisation.pk:
        raise Invalid(fields={"site": [_("This site is of another organisation.")]})
    secret = PREFIX + secrets.token_urlsafe(24)
    try:
        with transaction.atomic():
            token = EnrolmentToken.objects.create(
                organisation=organisation,
                site=site,
                name=name.strip()[:80],
                prefix=secret[:10],
                digest=digest_of(secret),
                certificate=certificate.strip()[:250],
                expires_at=expires_at,
            )
    except IntegrityError as error:
        raise Conflict(_("Another token has this certificate.")) from error
    journal.record(
        actor=actor, verb="enrolment.create", subject=token, after={"prefix": token.prefix}
    )
    return Made(token, secret)


@service("enrolment.revoke")
def revoke(*, actor: Actor, token_id: int) -> EnrolmentToken:
    """Take an enrolment token out of use; agents that show it are refused within a minute.

    Raises:
        NotFound: no such token, or not visible.
        Refused: the actor may not follow the inventories of that organisation.
    """
    rows = EnrolmentToken.objects.select_for_update(of=("self",))
    token = get_visible(EnrolmentToken, actor, rows, pk=token_id)
    check(actor, INVENTORY, token.organisation_id)
    if token.revoked_at is None:
        token.revoked_at = timezone.now()
        token.save(update_fields=["revoked_at"])
        journal.record(
            actor=actor, verb="enrolment.revoke", subject=token, after={"prefix": token.prefix}
        )
    return token
