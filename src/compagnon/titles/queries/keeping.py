"""Reads of how long personal data are kept: the register, and the files whose time ends."""

from __future__ import annotations

from datetime import date, timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone

from compagnon.core.actor import Actor
from compagnon.core.visibility import visible
from compagnon.titles.models import Candidacy
from compagnon.titles.services.candidacies import ERASED

AHEAD = timedelta(days=90)
MOST = 200


def ending(actor: Actor, *, today: date | None = None) -> QuerySet[Candidacy]:
    """Give the files that the actor keeps whose time ends within three months, or has ended.

    One that still goes on is never erased by itself: it is told here.
    """
    limit = (today or timezone.localdate()) + AHEAD
    reach = actor.scope.organisations("candidacy.manage")
    rows = visible(Candidacy, actor) if reach is None else visible(Candidacy, actor).filter(
        organisation_id__in=sorted(reach)
    )  # fmt: skip
    found = rows.filter(keep_until__lte=limit).filter(~Q(plan=ERASED))
    return found.select_related("person", "organisation", "version_of_title__title").order_by(
        "keep_until", "pk"
    )[:MOST]
