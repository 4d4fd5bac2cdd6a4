"""Scripts kept by one person and run by another: attachments, Markdown, toasts, names of files.

Request Tracker showed attachments of types that run scripts (CVE-2022-25802).
"""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from compagnon.core import markup
from compagnon.desk.models import Attachment, Message
from compagnon.desk.tests import factories as desk
from compagnon.desk.tests.factories import mail
from compagnon.people.models import Organisation, Person
from compagnon.people.tests.factories import Cast

SCRIPTS = (
    "<script>alert(1)</script>",
    '<img src=x onerror="alert(1)">',
    "<svg/onload=alert(1)>",
    "<a href=javascript:alert(1)>x</a>",
    '<iframe srcdoc="<script>alert(1)</script>"></iframe>',
    "<style>@import 'http://evil.example/x.css'</style>",
    "<math><mtext></mtext><mglyph><style></math><img src onerror=alert(1)>",
    "[x](javascript:alert(1))",
    "![x](data:text/html,<script>alert(1)</script>)",
    "<details open ontoggle=alert(1)>",
    '<form action="http://evil.example"><button>ok</button></form>',
)
TYPES = {
    "page.html": b"<html><script>alert(1)</script></html>",
    "page.xhtml": b'<html xmlns="http://www.w3.org/1999/xhtml"><script>alert(1)</script></html>',
    "drawing.svg": b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
    "page.xml": b'<?xml version="1.0"?><x:script xmlns:x="http://www.w3.org/1999/xhtml">1</x:script>',
    "page.mht": b"MIME-Version: 1.0\nContent-Type: text/html\n\n<script>alert(1)</script>",
    "script.js": b"alert(1)",
    "picture.png": b"<html><script>alert(1)</script></html>",
    "text.txt": b"<html><script>alert(1)</script></html>",
    "document.pdf": b"%PDF-1.4\n<< /OpenAction << /S /JavaScript /JS (app.alert(1)) >> >>",
    "flash.swf": b"FWS\x05rest",
    "cache.manifest": b"CACHE MANIFEST\n",
}


class Dangers(HTMLParser):
    """Collects what would run."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            told = re.sub(r"[\s\x00-\x1f]", "", (value or "")).lower()
            if name.startswith("on") or told.startswith(("javascript:", "data:text", "vbscript:")):
                self.found.append(f"{tag} {name}={value}")
            if name == "srcdoc" or (name == "style" and tag != "iframe"):
                self.found.append(f"{tag} {name}")
        if tag in {"object", "embed", "base", "math"}:
            self.found.append(tag)
        if tag == "script" and not any(name in {"src", "type"} for name, _value in attrs):
            self.found.append("script inline")


def dangers(html: str) -> list[str]:
    parser = Dangers()
    parser.feed(html)
    return parser.found


@pytest.mark.parametrize("hostile", SCRIPTS)
def test_markdown(hostile: str) -> None:
    shown = markup.render(hostile)
    assert dangers(shown) == []
    assert "<script" not in shown.lower()
    assert "<iframe" not in shown.lower()


def test_texts_names_and_toasts_on_pages(cast: Cast, client) -> None:
    """In a title, a message, names of people and places: every page shows letters."""
    hostile = "".join(SCRIPTS[:5])
    Organisation.objects.filter(pk=cast.client_a.pk).update(name=hostile[:120])
    Person.objects.filter(pk=cast.user.pk).update(first_name=SCRIPTS[1], last_name=SCRIPTS[0])
    ticket = desk.ticket(cast.user, title=hostile[:200], text=hostile, affected_item=SCRIPTS[2])
    client.force_login(cast.administrator.account)
    for page in (
        f"/desk/tickets/{ticket.pk}/", f"/desk/tickets/{ticket.pk}/journal/",
        "/desk/queue/?queue=open",
        f"/desk/queue/?q={SCRIPTS[0]}", "/people/persons/", f"/people/persons/{cast.user.pk}/",
        "/people/organisations/", f"/people/persons/{cast.user.pk}/data/", "/admin/journal/",
    ):  # fmt: skip
        answer = client.get(page)
        assert answer.status_code == 200, page
        assert dangers(answer.content.decode()) == [], page
    # A toast repeats what was typed.
    answer = client.post("/people/roles/add/", {"name": SCRIPTS[1]}, follow=True)
    assert dangers(answer.content.decode()) == []
    policy = answer.headers["Content-Security-Policy"]
    assert "unsafe-inline" not in policy
    assert "unsafe-eval" not in policy
    assert "default-src 'self'" in policy


@pytest.mark.parametrize("name", TYPES)
def test_attachments_are_never_run(cast: Cast, client, name: str) -> None:
    """However it is named and typed by its sender, the browser shows no page of it."""
    ticket = desk.ticket(cast.user)
    client.force_login(cast.user.account)
    types = ("text/html", "image/svg+xml", "image/png")
    for given in types:
        upload = SimpleUploadedFile(name, TYPES[name], content_type=given)
        client.post(
            reverse("desk:act", args=[ticket.pk, "reply"]), {"text": "voici", "attachments": upload}
        )
    rows = Attachment.objects.filter(ticket=ticket)
    assert rows.count() == len(types)
    client.force_login(cast.technician.account)
    for row in rows:
        for query in ("", "?inline=1", "?inline=yes", "?show=1"):
            answer = client.get(reverse("desk:attachment", args=[row.pk]) + query)
            assert answer.status_code == 200
            assert answer["X-Content-Type-Options"] == "nosniff"
            assert "sandbox" in answer["Content-Security-Policy"]
            told = answer["Content-Type"].split(";")[0]
            assert told not in {
                "text/html", "application/xhtml+xml", "image/svg+xml", "text/xml",
                "application/xml", "multipart/related", "text/javascript", "text/cache-manifest",
            }, (name, told)  # fmt: skip
            if not answer["Content-Disposition"].startswith("attachment"):
                assert told in {"text/plain", "image/png", "image/jpeg", "image/gif", "image/webp"}


def test_names_of_files(cast: Cast, client, deliver) -> None:
    message = mail(From="Ursule <ursule@client-a.example>", Subject="Fichier")
    message.add_attachment(
        b"x", maintype="text", subtype="plain", filename='"><img src=x onerror=alert(1)>.txt'
    )
    row = deliver(message)
    client.force_login(cast.technician.account)
    page = client.get(f"/desk/tickets/{row.ticket_id}/").content.decode()
    assert dangers(page) == []
    answer = client.get(reverse("desk:attachment", args=[Attachment.objects.get().pk]))
    assert '"><img' not in answer["Content-Disposition"]


@pytest.mark.parametrize("hostile", SCRIPTS)
def test_mail_in_html(cast: Cast, client, deliver, hostile: str) -> None:
    message = mail(From="Ursule <ursule@client-a.example>", Subject="HTML")
    message.add_alternative(f"<p>Bonjour</p>{hostile}", subtype="html")
    row = deliver(message)
    kept = Message.objects.get(ticket_id=row.ticket_id)
    assert dangers(kept.html) == []
    client.force_login(cast.technician.account)
    assert dangers(client.get(f"/desk/tickets/{row.ticket_id}/").content.decode()) == []
    frame = client.get(reverse("desk:message_html", args=[kept.pk]))
    if frame.status_code == 200:
        assert "sandbox" in frame["Content-Security-Policy"]
        assert dangers(frame.content.decode()) == []
