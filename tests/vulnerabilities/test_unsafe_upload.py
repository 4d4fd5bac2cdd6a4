"""Files that would be run, written elsewhere, or unpacked without end."""

from __future__ import annotations

import io
import stat
import zipfile
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from compagnon.core import files
from compagnon.core.errors import TooLarge
from compagnon.desk.models import Attachment, Ticket
from compagnon.desk.tests import factories as desk
from compagnon.desk.tests.factories import mail
from compagnon.people.tests.factories import Cast

NAMES = (
    "../../../../etc/cron.d/x",
    "..\\..\\windows\\x.bat",
    "/etc/passwd",
    "C:\\autoexec.bat",
    "con",
    "x.php",
    ".htaccess",
    "a/b/c.sh",
    "\u202egnp.exe",
    "." * 300,
)


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_never_a_path(cast: Cast, deliver, name: str) -> None:
    before = {path for path in Path(settings.DATA_DIR).rglob("*") if path.is_file()}
    message = mail(From="Ursule <ursule@client-a.example>", Subject="Fichier")
    message.add_attachment(b"#!/bin/sh\n", maintype="application", subtype="x-sh", filename="f")
    raw = message.as_bytes().replace(b'filename="f"', b'filename="' + name.encode() + b'"')
    deliver(raw)
    row = Attachment.objects.get()
    assert "/" not in files.clean_name(row.name)
    assert "\\" not in files.clean_name(row.name)
    after = {path for path in Path(settings.DATA_DIR).rglob("*") if path.is_file()}
    for path in after - before:
        if path.is_relative_to(settings.FILES_DIR):
            # Named by what it holds, and never executable.
            assert files.DIGEST.fullmatch(path.name)
            assert not path.stat().st_mode & (stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH)


def test_what_is_served_as_static_is_not_what_was_uploaded() -> None:
    uploads = Path(settings.FILES_DIR).resolve()
    assert not uploads.is_relative_to(Path(settings.STATIC_ROOT or "/nowhere").resolve())
    assert not getattr(settings, "MEDIA_URL", "").strip("/")


def test_sizes_are_bounded(cast: Cast, client, settings) -> None:
    settings.FILE_MAX_BYTES = 1000
    with pytest.raises(TooLarge):
        files.store(b"x" * 1001)
    ticket = desk.ticket(cast.user)
    client.force_login(cast.user.account)
    answer = client.post(
        reverse("desk:act", args=[ticket.pk, "reply"]),
        {"text": "voici", "attachments": SimpleUploadedFile("a.bin", b"x" * 1001)},
    )
    assert answer.status_code in {413, 422, 302}
    assert not Attachment.objects.exists()


def bomb() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"\0" * 300_000_000)
        archive.writestr("[Content_Types].xml", b"<Types/>")
    return made.getvalue()


def test_what_is_packed_is_not_unpacked_without_end(cast: Cast, signed_in) -> None:
    """A spreadsheet of 300 MB in 300 KB, where lists of assets are taken."""
    browser = signed_in(cast.provider, "asset.manage", "asset.view", "park.import", "desk.import")
    file = SimpleUploadedFile("assets.xlsx", bomb())
    answer = browser.post("/park/import/", {"file": file, "kind": "assets"})
    assert answer.status_code < 500
    assert not Ticket.objects.exists()
