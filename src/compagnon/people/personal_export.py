"""A person's data as a file to give them: one archive, readable by a program and by them."""

from __future__ import annotations

import json
import shutil
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZipFile

from django.core.serializers.json import DjangoJSONEncoder
from django.utils import timezone
from django.utils.translation import gettext as _

from compagnon.core import files, personal
from compagnon.core.errors import NotFound
from compagnon.core.models import StoredFile
from compagnon.people.models import Person
from compagnon.people.services.personal import subject_of, terms

MOST_BYTES = 500_000_000
"""Of attached files; those beyond are named and left out."""


def write(person: Person, stream: IO[bytes]) -> dict[str, int]:
    """Write the archive: ``data.json`` and the files that the person sent, under ``files/``.

    ``data.json`` has one entry for each kind of data: title, purpose, basis, term in days, and
    ``items``. Moments are in ISO 8601. Gives how many items there are of each kind.
    """
    subject, in_force = subject_of(person), terms()
    counts: dict[str, int] = {}
    told: list[dict[str, Any]] = []
    left_out: list[str] = []
    room = MOST_BYTES
    with ZipFile(stream, "w", ZIP_DEFLATED, compresslevel=6) as archive:
        for holding in personal.holdings():
            items = list(holding.export(subject))
            counts[holding.key] = len(items)
            told.append(
                {
                    "kind": holding.key,
                    "title": str(holding.title),
                    "purpose": str(holding.purpose),
                    "basis": holding.basis.value,
                    "recipients": str(holding.recipients),
                    "kept_days": in_force[holding.key],
                    "kept_from": str(holding.since),
                    "items": items,
                }
            )
            for name, stored in holding.files(subject):
                if stored.size > room:
                    left_out.append(name)
                    continue
                room -= stored.size
                _put(archive, f"files/{holding.key}/{name}", stored)
        document = {
            "person": person.pk,
            "written": timezone.now(),
            "kinds": told,
            "files_left_out": left_out,
        }
        archive.writestr(
            "data.json",
            json.dumps(document, cls=DjangoJSONEncoder, ensure_ascii=False, indent=1),
        )
    return counts


def _put(archive: ZipFile, name: str, stored: StoredFile) -> None:
    try:
        source = files.open_file(stored)
    except NotFound:
        archive.writestr(f"{name}.txt", _("The content of this file is gone from the server."))
        return
    with source, archive.open(name, "w") as target:
        shutil.copyfileobj(source, target)
