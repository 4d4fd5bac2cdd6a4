"""A practice dossier as what is downloaded: the PDF, the archive with its proofs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.http import HttpResponse
from django.utils import translation

from compagnon.core import files
from compagnon.core.actor import Actor
from compagnon.core.models import Entry
from compagnon.core.visibility import visible
from compagnon.titles.documents import dossier as documents
from compagnon.titles.models import Candidacy, Evidence, EvidenceFile
from compagnon.titles.queries import dossiers as queries

MOST_ENTRIES = 5_000


def _named(row: Candidacy, ending: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="dossier-{row.reference}.{ending}"'}


def pdf_answer(actor: Actor, row: Candidacy) -> HttpResponse:
    """Answer with the PDF of a dossier, in the language in force."""
    content = documents.dossier(
        row, queries.dossier(actor, row), language=translation.get_language() or "fr"
    )
    return HttpResponse(content, content_type="application/pdf", headers=_named(row, "pdf"))


def archive_answer(actor: Actor, row: Candidacy) -> HttpResponse:
    """Answer with the archive of a dossier and its proofs.

    Raises:
        TooLarge: see :func:`documents.archive`.
    """
    whole = queries.dossier(actor, row)
    content = documents.archive(
        row,
        whole,
        pdf=documents.dossier(row, whole, language=translation.get_language() or "fr"),
        entries=_entries(whole),
        proofs=_proofs(actor, whole),
    )
    return HttpResponse(content, content_type="application/zip", headers=_named(row, "zip"))


def _evidence(whole: queries.Whole) -> list[Evidence]:
    return [each for part in whole.parts for one in part.examples for each in one.evidence.all()]


def _entries(whole: queries.Whole) -> list[dict[str, Any]]:
    keys = {key for one in _evidence(whole) for key in one.entries}
    rows = Entry.objects.filter(pk__in=sorted(keys)[:MOST_ENTRIES]).order_by("occurred_at", "id")
    # What changed stays in the journal: the verb, the object, who and when are the proof.
    names = ("id", "occurred_at", "actor_id", "verb", "object_type", "object_id", "source")
    return [dict(zip(names, values, strict=True)) for values in rows.values_list(*names)]


def _proofs(actor: Actor, whole: queries.Whole) -> Iterator[documents.Proof]:
    keys = [one.pk for one in _evidence(whole)]
    rows = visible(EvidenceFile, actor).filter(evidence_id__in=keys).select_related("file")
    for one in rows.order_by("evidence_id", "pk"):
        name = f"evidence/{one.evidence_id}/{one.pk}-{files.clean_name(one.name)}"
        yield documents.Proof(name, files.read(one.file))
    for each in whole.annexes:
        name = f"annexes/{each.pk}-{files.clean_name(each.name)}"
        yield documents.Proof(name, files.read(each.file))
