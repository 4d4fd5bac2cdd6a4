"""What ``desk`` keeps of those whom a mail named beside it: their address, for as long as it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from compagnon.core.personal import Basis, Holding, Subject, register
from compagnon.desk.models import CopiedAddress


def _copied(subject: Subject) -> QuerySet[CopiedAddress]:
    return CopiedAddress.objects.filter(address__in=subject.addresses)


def _tell(subject: Subject) -> Iterable[Mapping[str, Any]]:
    rows = _copied(subject).select_related("inbound").order_by("pk")
    for row in rows.iterator(chunk_size=500):
        yield {"received": row.inbound.received_at, "address": row.address, "name": row.name}


def _forget(subject: Subject) -> int:
    return _copied(subject).delete()[0]


def _old(before: datetime, most: int) -> int:
    rows = CopiedAddress.objects.filter(inbound__received_at__lt=before).order_by("pk")
    keys = list(rows.values_list("pk", flat=True)[:most])
    return CopiedAddress.objects.filter(pk__in=keys).delete()[0]


register(
    Holding(
        key="desk.mail_copied",
        order=7,
        title=_("Who was in copy of a mail"),
        concerned=_("Those whom a mail to the support centre named beside it"),
        content=_("Name and address, as the sender wrote them"),
        purpose=_("To let them follow the request, if support and they want it"),
        basis=Basis.INTEREST,
        recipients=_("Technicians who work on the request"),
        since=_("the mail’s arrival"),
        days=365,
        count=lambda subject: _copied(subject).count(),
        export=_tell,
        erase=_forget,
        expire=_old,
        models=("desk.copiedaddress",),
    ),
)
