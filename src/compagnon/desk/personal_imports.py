"""What imports of another desk's past keep of a person: the file as it came, what it reports."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from compagnon.core import files
from compagnon.core.personal import Basis, Holding, Subject, mask_of, register
from compagnon.desk.models import Bringing, BringingState, Brought

ENDED = (BringingState.DONE, BringingState.FAILED)
# Parts of a report that hold values of the source, and so names; its counts hold none.
TELLING = ("unmapped", "mapped", "kept_in_notes", "problems", "tickets", "losses")


def _known_as(subject: Subject) -> QuerySet[Brought]:
    """What they are called in the sources: a name, an address, a number."""
    return Brought.objects.filter(kind="person", object_id=subject.person_id)


def _tell(subject: Subject) -> Iterable[Mapping[str, Any]]:
    for row in _known_as(subject).order_by("pk"):
        yield {"source": row.source, "known_there_as": row.key}


def _forget(subject: Subject) -> int:
    """Take their name out of keys and reports, and delete the files that they came in."""
    known = list(_known_as(subject).values_list("pk", "bringing__organisation_id"))
    for pk, _organisation in known:
        Brought.objects.filter(pk=pk).update(key=f"erased:{pk}")
    mask, gone = mask_of(subject), len(known)
    for row in Bringing.objects.exclude(report={}).iterator(chunk_size=20):
        told = _masked(row.report, mask)
        if told != row.report:
            gone += Bringing.objects.filter(pk=row.pk).update(report=told)
    theirs = Q(organisation_id__in={one for _pk, one in known if one}, state__in=ENDED)
    return gone + _drop_files(Bringing.objects.filter(theirs, file__isnull=False))


def _masked(value: Any, mask: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return mask(value)
    if isinstance(value, list):
        return [_masked(one, mask) for one in value]
    if isinstance(value, dict):
        return {mask(name): _masked(one, mask) for name, one in value.items()}
    return value


def _drop_files(rows: QuerySet[Bringing]) -> int:
    with transaction.atomic():
        found = list(rows.select_related("file"))
        stored = [one.file for one in found if one.file is not None]
        Bringing.objects.filter(pk__in=[one.pk for one in found]).update(file=None)
        files.discard(stored)
    return len(stored)


def _old(before: datetime, most: int) -> int:
    """Leave of what ended long ago its counts alone."""
    past = Bringing.objects.filter(state__in=ENDED, ended_at__lt=before)
    kept = past.filter(Q(file__isnull=False) | Q(report__has_any_keys=TELLING))
    keys = list(kept.order_by("ended_at", "pk").values_list("pk", flat=True)[:most])
    rows = Bringing.objects.filter(pk__in=keys)
    for row in rows:
        told = {name: value for name, value in row.report.items() if name not in TELLING}
        Bringing.objects.filter(pk=row.pk).update(report=told)
    _drop_files(rows.filter(file__isnull=False))
    return len(keys)


register(
    Holding(
        key="desk.imports",
        order=5,
        title=_("Imports of another desk’s past"),
        concerned=_("Those whom the imported requests name"),
        content=_("The file as it came, its values without an equivalent, names in the source"),
        purpose=_("To import again without doubling anything, to show what was lost"),
        basis=Basis.INTEREST,
        recipients=_("Who may import"),
        since=_("the end of the import"),
        days=90,
        count=lambda subject: _known_as(subject).count(),
        export=_tell,
        erase=_forget,
        expire=_old,
        models=("desk.bringing", "desk.brought"),
        stays=_("The counts of the import."),
    ),
)
