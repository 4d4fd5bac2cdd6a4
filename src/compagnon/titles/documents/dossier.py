"""The practice dossier as a PDF/UA-1, with a table of contents; and as an archive with its proofs.

The archive (ZIP) holds the PDF, ``manifest.json`` (each file's SHA-256 and bytes, the dossier's
seal), ``journal.json`` (the entries that evidence rests on) and the files, and stays bounded.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.utils import formats, timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from compagnon.core.errors import TooLarge
from compagnon.titles.documents.engine import Standard, render
from compagnon.titles.models import Candidacy
from compagnon.titles.queries.dossiers import Whole

ARCHIVE_MAX_BYTES = 200 * 1024 * 1024
# The same archive for the same dossier: entries bear no hour of their own.
EPOCH = (1980, 1, 1, 0, 0, 0)


def dossier(row: Candidacy, whole: Whole, *, language: str) -> bytes:
    """Give the PDF/UA-1 of a dossier.

    Raises:
        CompagnonError: as :func:`~compagnon.titles.documents.engine.render`.
    """
    with translation.override(language):
        return render("dossier", _data(row, whole, language), standard=Standard.ACCESSIBLE)


def _data(row: Candidacy, whole: Whole, language: str) -> dict[str, Any]:
    found = whole.dossier
    facts = [
        (_("Title"), str(row.version_of_title)),
        (_("Path"), row.get_path_display()),
        (_("Training centre"), row.organisation.name),
        (_("Candidacy"), row.reference),
    ]
    return {
        "title": f"{_('Practice dossier')} — {row.person}",
        "author": str(row.person),
        "language": language,
        "reference": row.reference,
        "footer": _("Practice dossier"),
        "heading": _("Practice dossier"),
        "holder": str(row.person),
        "facts": [{"label": label, "value": value} for label, value in facts],
        "contents": _("Contents"),
        "introduction_heading": _("Who I am, and my training"),
        "introduction": _paragraphs(found.introduction if found else ""),
        "parts": [_part(part) for part in whole.parts],
        "nothing": _("No example."),
        "diplomas_heading": _("Titles and diplomas"),
        "diplomas": _paragraphs(found.diplomas if found else ""),
        "annexes_heading": _("Annexes"),
        "annexes": [f"{one.name} (SHA-256 {one.file.sha256})" for one in whole.annexes],
        "honour_heading": _("Declaration on honour"),
        "honour": _honour(row, whole),
    }


def _part(part: Any) -> dict[str, Any]:
    return {
        "name": _("Activity type %(number)d: %(name)s")
        % {"number": part.activity.number, "name": part.activity.name},
        "examples": [
            {
                "title": one.title,
                "sections": [
                    {"heading": heading, "text": _paragraphs(text)}
                    for heading, text in (
                        (_("What I did, in which conditions"), one.did),
                        (_("With which means"), one.means),
                        (_("With whom"), one.with_whom),
                        (_("Context"), one.context),
                        (_("What else to know"), one.more),
                    )
                    if text
                ],
                "evidence_heading": pgettext("titles", "Evidence"),
                "evidence": [_evidence(each) for each in one.evidence.all()],
            }
            for one in part.examples
        ],
    }


def _evidence(each: Any) -> str:
    done = _day(each.happened_at)
    if each.attested_at is None:
        return f"{each.title} — {done}, {each.get_origin_display()}"
    return _("%(title)s — %(day)s, %(origin)s, attested by %(name)s on %(attested)s") % {
        "title": each.title,
        "day": done,
        "origin": each.get_origin_display(),
        "name": each.attested_by,
        "attested": _day(each.attested_at),
    }


def _honour(row: Candidacy, whole: Whole) -> list[str]:
    found = whole.dossier
    if found is None or found.declared_at is None:
        return [_("Not declared yet: this is a draft.")]
    said = _(
        "I, %(name)s, declare on my honour that what this dossier tells is true, and that I am the "
        "author of what it holds."
    ) % {"name": row.person}
    signed = _("Done at %(place)s on %(day)s.") % {
        "place": found.declared_at_place or "—",
        "day": _day(found.declared_at),
    }
    return [said, signed, _("Seal of the dossier (SHA-256): %(seal)s") % {"seal": found.seal}]


def _day(moment: datetime) -> str:
    return formats.date_format(timezone.localtime(moment), "DATE_FORMAT")


def _paragraphs(text: str) -> list[str]:
    return [part.strip() for part in text.split("\n\n") if part.strip()]


@dataclass(frozen=True, slots=True)
class Proof:
    """A file of the archive: its place in it, its content."""

    name: str
    content: bytes


def archive(
    row: Candidacy,
    whole: Whole,
    *,
    pdf: bytes,
    entries: Sequence[Mapping[str, Any]],
    proofs: Iterable[Proof],
) -> bytes:
    """Give the ZIP of a dossier with its proofs.

    Args:
        entries: the journal's, in JSON types.
        proofs: files of the evidence and annexes; read one by one.

    Raises:
        TooLarge: over 200 MiB together.
    """
    told = json.dumps(list(entries), cls=DjangoJSONEncoder, ensure_ascii=False, indent=1)
    listed: list[dict[str, Any]] = []
    out, total = io.BytesIO(), 0
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as zipped:
        for one in (Proof("dossier.pdf", pdf), Proof("journal.json", told.encode()), *proofs):
            total += len(one.content)
            if total > ARCHIVE_MAX_BYTES:
                raise TooLarge(_("This archive would be over 200 MiB: detach some files."))
            zipped.writestr(zipfile.ZipInfo(one.name, EPOCH), one.content)
            digest = hashlib.sha256(one.content).hexdigest()
            listed.append({"name": one.name, "sha256": digest, "bytes": len(one.content)})
        manifest = {
            "candidacy": row.reference,
            "title": str(row.version_of_title),
            "seal": whole.dossier.seal if whole.dossier else "",
            "declared_at": whole.dossier.declared_at if whole.dossier else None,
            "intact": whole.is_intact,
            "files": listed,
        }
        text = json.dumps(manifest, cls=DjangoJSONEncoder, ensure_ascii=False, indent=1)
        zipped.writestr(zipfile.ZipInfo("manifest.json", EPOCH), text)
    return out.getvalue()
