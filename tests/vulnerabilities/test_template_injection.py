"""What somebody typed is never read as a template: of pages, of mail, of documents."""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path

import pytest
from django.test import Client
from pypdf import PdfReader

from compagnon import park
from compagnon.core.documents import engine
from compagnon.core.tasks.worker import run_due
from compagnon.desk import services
from compagnon.desk.models import Mailbox
from compagnon.desk.tests import factories as desk
from compagnon.people.models import Organisation, Person
from compagnon.people.tests.factories import Cast, actor

HOSTILE = (
    "{{ 7|add:7000 }}{% now 'Y' %}",
    "{% load static %}{{ settings.SECRET_KEY }}",
    "${7*1001} #{7*1001} <%= 7*1001 %> {{7*1001}} [[7*1001]]",
    "{0.__class__.__mro__} {person.password} %(secret)s {x!r}",
    '#eval("7*1001") #read("/etc/passwd") #import "x.typ"',
    "<c-alert>{{ request.user.password }}</c-alert>",
)
RESULTS = re.compile(r"7007|pbkdf2|md5\$|root:x:0|SECRET|object at 0x")


@pytest.mark.parametrize("hostile", HOSTILE)
def test_pages_and_mail(cast: Cast, client: Client, sent, hostile: str, settings) -> None:
    Organisation.objects.filter(pk=cast.client_a.pk).update(name=hostile[:100])
    Person.objects.filter(pk=cast.user.pk).update(first_name=hostile[:80])
    desk.mailbox(cast.provider, "support@assistance.example")
    Mailbox.objects.update(name=hostile[:80])
    ticket = desk.ticket(cast.user, title=hostile, text=hostile)
    services.reply(actor=actor(cast.technician), ticket_id=ticket.pk, text=hostile)
    services.propose_solution(
        actor=actor(cast.technician), ticket_id=ticket.pk, text=hostile, kind="permanent"
    )
    run_due()
    client.force_login(cast.administrator.account)
    for page in (f"/desk/tickets/{ticket.pk}/", f"/people/persons/{cast.user.pk}/", "/desk/queue/"):
        told = client.get(page).content.decode()
        assert not RESULTS.search(told.replace("SECRET_KEY }}", "")), page
        assert settings.SECRET_KEY not in told
    left = sent()
    assert left
    for message in left:
        told = "".join(
            part.get_content() for part in message.walk() if part.get_content_maintype() == "text"
        )
        assert not RESULTS.search(told.replace("SECRET_KEY }}", ""))
        assert settings.SECRET_KEY not in told


@pytest.mark.parametrize("hostile", HOSTILE)
def test_documents(hostile: str) -> None:
    """Typst shows a text of the data; the words come out as they were typed."""
    made = engine.render(
        Path(park.__file__).parent / "documents/templates/list.typ",
        {
            "title": hostile, "author": hostile, "reference": hostile, "language": "fr",
            "footer": hostile, "subheading": hostile, "header": [hostile], "rows": [[hostile]],
        },
        standard=engine.Standard.ACCESSIBLE,
    )  # fmt: skip
    text = "".join(page.extract_text() for page in PdfReader(BytesIO(made)).pages)
    assert not re.search(r"7007|root:x:0", text)
    assert hostile[:12] in text.replace("\n", " ")


def test_no_text_of_a_person_is_compiled() -> None:
    """No module makes a template of a string, but those that name a constant of ours."""
    import ast
    from pathlib import Path

    import compagnon

    found = []
    package = Path(compagnon.__file__).parent
    for path in package.rglob("*.py"):
        if "/tests/" in str(path):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                name = getattr(node.func, "attr", getattr(node.func, "id", ""))
                if name in {"from_string", "eval", "exec", "format_map", "compile_string"} or (
                    name == "Template"
                    and not (node.args and isinstance(node.args[0], ast.Constant))
                ):
                    found.append(f"{path.relative_to(package)}:{node.lineno} {name}")
    assert [one for one in found if one.split(":")[0] not in CONSTANT] == []


# What they make a template of is a constant beside them, or is named Template for another reason.
CONSTANT = {
    "config/bench/plain.py",
    "config/demo/voices.py",
    "desk/inbound/verdict.py",
    "core/api/errors.py",
    "core/api/unreadable.py",
}
