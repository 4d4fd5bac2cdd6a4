"""Files are kept once, whole, by their content, and served so that they can do no harm."""

from __future__ import annotations

import hashlib
import io
import os
import threading
import time
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.http import HttpRequest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from compagnon.core import file_types, files
from compagnon.core.errors import NotFound, TooLarge
from compagnon.core.models import StoredFile

PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + b"\x00" * 40
GIF = b"GIF89a" + b"\x01\x00" * 20
SVG = (
    b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
)


@pytest.fixture(autouse=True)
def folder(settings, tmp_path) -> Path:
    """An empty folder of files."""
    settings.FILES_DIR = tmp_path / "files"
    return settings.FILES_DIR


def on_disk(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


# --- keeping --------------------------------------------------------------------------------


def test_a_content_is_kept_under_its_digest(db, folder):
    stored = files.store(PNG)
    digest = hashlib.sha256(PNG).hexdigest()
    assert (stored.sha256, stored.size, stored.media_type) == (digest, len(PNG), "image/png")
    assert on_disk(folder) == [folder / digest[:2] / digest[2:4] / digest]
    with files.open_file(stored) as stream:
        assert stream.read() == PNG
    assert files.read(stored) == PNG


def test_a_stream_is_kept_without_being_held_in_memory(db, folder):
    class Endless:
        """Gives a hundred pieces, and never more than was asked."""

        pieces = 100
        largest = 0

        def read(self, size: int = -1, /) -> bytes:
            assert 0 < size <= 1024 * 1024
            self.largest = max(self.largest, size)
            self.pieces -= 1
            return b"a" * size if self.pieces >= 0 else b""

    stored = files.store(Endless(), limit=10**9)
    assert stored.size == 100 * files.CHUNK
    assert stored.media_type == "text/plain"


def test_the_same_content_is_kept_once(db, folder):
    first, second = files.store(io.BytesIO(b"same")), files.store(b"same")
    assert first == second
    assert len(on_disk(folder)) == 1


def test_an_empty_content_is_kept(db):
    stored = files.store(b"")
    assert (stored.size, stored.media_type) == (0, file_types.UNKNOWN)


def test_a_file_cut_short_on_the_disk_is_mended(db, folder):
    stored = files.store(b"a whole file")
    on_disk(folder)[0].write_bytes(b"a who")
    assert list(files.lost()) == [stored]
    files.store(b"a whole file")
    assert files.read(stored) == b"a whole file"


@pytest.mark.parametrize("content", [b"x" * 11, io.BytesIO(b"x" * 10_000_000)])
def test_a_content_over_the_limit_leaves_nothing(db, folder, content):
    with pytest.raises(TooLarge):
        files.store(content, limit=10)
    assert not StoredFile.objects.exists()
    assert not on_disk(folder)


def test_the_limit_itself_is_allowed(db):
    assert files.store(b"x" * 10, limit=10).size == 10


def test_a_stream_that_breaks_leaves_nothing(db, folder):
    class Breaking:
        """Gives a little, then fails."""

        said = False

        def read(self, size: int = -1, /) -> bytes:
            if self.said:
                raise ConnectionResetError
            self.said = True
            return b"some"

    with pytest.raises(ConnectionResetError):
        files.store(Breaking())
    assert not on_disk(folder)


@pytest.mark.django_db(transaction=True)
def test_the_same_content_from_many_at_once_is_kept_once(folder):
    found, failed = [], []

    def keep():
        try:
            found.append(files.store(b"the same content" * 1000))
        except Exception as error:  # noqa: BLE001 - whatever it is, the test says so
            failed.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=keep) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed
    assert {stored.pk for stored in found} == {StoredFile.objects.get().pk}
    assert len(on_disk(folder)) == 1


def test_nobody_else_may_read_the_folder(db, folder):
    files.store(b"secret")
    for path in folder.rglob("*"):
        assert path.stat().st_mode & 0o007 == 0


# --- what it is -----------------------------------------------------------------------------


def zipped(*names: str, first: bytes = b"") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        if first:
            archive.writestr("mimetype", first)
        for name in names:
            archive.writestr(name, "x" * 100)
    return out.getvalue()


DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
ODT = "application/vnd.oasis.opendocument.text"


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (PNG, "image/png"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", "image/jpeg"),
        (GIF, "image/gif"),
        (b"RIFF\x24\x00\x00\x00WEBPVP8 ", "image/webp"),
        (b"%PDF-1.7\n%\xe2\xe3", "application/pdf"),
        ("Bonjour, l’imprimante est à l’arrêt.\n".encode(), "text/plain"),
        ("Déjà vu".encode("cp1252"), "text/plain"),
        (b"\xff\xfe" + "Déjà vu".encode("utf-16-le"), "text/plain"),
        (b"\xef\xbb\xbfname;value\r\n", "text/plain"),
        (b"a < b and c > d", "text/plain"),
        (b"{}", "text/plain"),
        (zipped("a.txt"), "application/zip"),
        (zipped("[Content_Types].xml", "word/document.xml"), DOCX),
        (zipped("content.xml", first=ODT.encode()), ODT),
        (b"BEGIN:VCALENDAR\r\n", "text/calendar"),
        (b"MZ\x90\x00" + b"\x00" * 60, "application/vnd.microsoft.portable-executable"),
        (b"\x00\x01\x02\x03", file_types.UNKNOWN),
        # What could act, however it is dressed.
        (b"<html><body>", "text/html"),
        (b"  \n\t<!DOCTYPE html>", "text/html"),
        (b"just words, then <ScRiPt>alert(1)</script>", "text/html"),
        (b"words\n<img src=x onerror=alert(1)>", "text/html"),
        (b"<!-- a remark --><b>", "text/html"),
        (b"\xff\xfe" + "<script>alert(1)</script>".encode("utf-16-le"), "text/html"),
        (b"\xef\xbb\xbf<html>", "text/html"),
        (SVG, "image/svg+xml"),
        (b"<!DOCTYPE svg PUBLIC><s:svg onload='alert(1)'>", "image/svg+xml"),
        (b"<?xml version='1.0'?><a/>", "application/xml"),
        (b"<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]>", "application/xml"),
        # Pictures by their first bytes, pages by the rest: pictures to us, and to browsers.
        (GIF + b"<script>alert(1)</script>", "image/gif"),
        (b"GIF89a/*<svg/onload=alert(1)>*/=1;", "image/gif"),
        (b"%PDF-1.7\n<html><script>alert(1)</script>", "application/pdf"),
    ],
    # The bytes of an archive hold the time: two workers would not name the same test.
    ids=lambda value: value if isinstance(value, str) else "bytes",
)
def test_a_type_is_found_in_the_bytes(content, media_type):
    assert file_types.sniff(content[: file_types.HEAD_BYTES]) == media_type


@given(st.binary(max_size=3000))
def test_any_bytes_have_some_type(content):
    found = file_types.sniff(content)
    assert len(found) <= 120
    assert found.count("/") == 1
    assert found.isascii()


@given(st.text(max_size=200), st.sampled_from([b"<script>", b"<svg ", b"<HTML>", b"<iframe/"]))
def test_a_text_with_a_tag_that_acts_is_never_shown(text, tag):
    content = text.encode("utf-8", errors="ignore") + tag
    assert file_types.sniff(content) not in file_types.INLINE or content[:3] in {
        b"GIF",
        b"\xff\xd8\xff",
        b"\x89PN",
        b"RIF",
    }


# --- giving back ----------------------------------------------------------------------------


def served(content: bytes, name: str = "a.bin", *, inline: bool = False):
    return files.serve(files.store(content), name=name, inline=inline)


def body(response) -> bytes:
    return b"".join(response.streaming_content)


@pytest.mark.parametrize("inline", [True, False])
def test_whatever_is_served_is_shut_in(db, inline):
    response = served(PNG, inline=inline)
    assert response["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "private" in response["Cache-Control"]
    assert response["Content-Length"] == str(len(PNG))
    assert response.streaming
    assert body(response) == PNG


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (PNG, "image/png"),
        (GIF, "image/gif"),
        ("é".encode(), "text/plain; charset=utf-8"),
        ("é".encode("cp1252"), "text/plain; charset=windows-1252"),
    ],
)
def test_a_harmless_content_is_shown_when_asked(db, content, media_type):
    response = served(content, "a.txt", inline=True)
    assert response["Content-Type"] == media_type
    assert response["Content-Disposition"].startswith("inline")
    assert body(response) == content


@pytest.mark.parametrize(
    "content", [SVG, b"<html>", b"<?xml?>", b"<script>", b"%PDF-1.7", b"MZ\x00", b"\x00"]
)
@pytest.mark.parametrize("name", ["photo.png", "a.txt", "x.html"])
def test_any_other_is_a_download_whatever_its_name(db, content, name):
    response = served(content, name, inline=True)
    assert response["Content-Disposition"].startswith("attachment")
    assert response["Content-Type"] not in {"text/html", "image/svg+xml", "application/xml"}


def test_a_download_is_the_default(db):
    assert served(PNG)["Content-Disposition"].startswith("attachment")


def test_a_row_that_says_html_is_not_believed_more_than_its_type_allows(db):
    stored = files.store(b"harmless")
    stored.media_type = "text/html"
    response = files.serve(stored, name="a", inline=True)
    assert response["Content-Type"] == file_types.UNKNOWN
    assert response["Content-Disposition"].startswith("attachment")


def test_bytes_gone_from_the_disk_are_told_not_served(db, folder):
    stored = files.store(b"gone")
    on_disk(folder)[0].unlink()
    with pytest.raises(NotFound) as refusal:
        files.serve(stored, name="a")
    assert refusal.value.code == "file-gone"


HOSTILE = {
    "../../etc/passwd": "passwd",
    "C:\\Windows\\system32\\cmd.exe": "cmd.exe",
    'a"; filename="b.html': "a_; filename=_b.html",
    "a\r\nSet-Cookie: x=y.txt": "a Set-Cookie_ x=y.txt",
    "invoice\u202efdp.exe": "invoicefdp.exe",
    "a\u200b\u2066b\ufeff.txt": "ab.txt",
    "été à l’hôtel.pdf": "été à l’hôtel.pdf",
    "e\u0301.txt": "é.txt",
    "con": "_con",
    "LPT1.txt": "_LPT1.txt",
    "...": "file",
    "": "file",
    "/": "file",
    "\x00\x01": "file",
    ".htaccess": "htaccess",
    "a  \t b .txt. ": "a b .txt",
    "\ud800bad": "bad",
    "文書.docx": "文書.docx",
    "😀.png": "😀.png",
}


@pytest.mark.parametrize(("name", "cleaned"), HOSTILE.items())
def test_a_hostile_name_is_made_plain(db, name, cleaned):
    assert files.clean_name(name) == cleaned
    header = served(b"x", name)["Content-Disposition"]
    assert header.startswith("attachment; filename")
    assert "\r" not in header
    assert "\n" not in header


def test_a_long_name_keeps_its_extension():
    cleaned = files.clean_name("a" * 5000 + ".docx")
    assert len(cleaned) == files.NAME_LENGTH == 150
    assert cleaned.endswith("a.docx")
    assert len(files.clean_name("a." + "b" * 5000)) == 150


@given(st.text(max_size=400))
def test_any_name_becomes_one_that_can_be_written(name):
    cleaned = files.clean_name(name)
    assert cleaned
    assert len(cleaned) <= 150
    assert not set(cleaned) & set('<>:"/\\|?*\r\n\x00')
    assert cleaned == files.clean_name(cleaned)
    cleaned.encode("utf-8")


def test_a_response_can_be_made_for_a_real_request(db, client, settings):
    """Through Django's own response, with the header that a name could break."""
    response = served(b"x", "a\nb\r\n\r\n<script>.txt")
    response._request = HttpRequest()
    assert response.serialize_headers().count(b"\r\n") == len(response.headers) - 1


# --- looking after --------------------------------------------------------------------------


def age(path: Path, days: float) -> None:
    os.utime(path, (time.time() - days * 86400,) * 2)


def test_files_without_a_row_are_found_once_they_are_old(db, folder):
    kept, gone = files.store(b"kept"), files.store(b"gone")
    stray = folder / "incoming" / "left by a crash"
    stray.write_bytes(b"x")
    path = files.path_of(gone.sha256)
    StoredFile.objects.filter(pk=gone.pk).delete()
    assert list(files.orphans()) == []
    for each in on_disk(folder):
        age(each, 2)
    assert set(files.orphans()) == {path, stray}
    assert files.path_of(kept.sha256).exists()


def test_a_file_at_another_s_place_is_an_orphan(db, folder):
    stored = files.store(b"kept")
    wrong = folder / stored.sha256
    wrong.write_bytes(b"other")
    for each in on_disk(folder):
        age(each, 2)
    assert list(files.orphans()) == [wrong]


def test_rows_that_nothing_points_at_are_found(db):
    stored = files.store(b"a")
    assert not files.unused().exists()
    StoredFile.objects.update(created_at=timezone.now() - timedelta(days=2))
    assert list(files.unused()) == [stored]


@pytest.mark.parametrize("wrong", ["", "../../etc/passwd", "A" * 64, "0" * 63, "0" * 64 + "\n"])
def test_a_path_is_given_for_a_digest_only(wrong):
    with pytest.raises(ValueError, match="digest"):
        files.path_of(wrong)
