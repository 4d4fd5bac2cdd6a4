"""Minutes on paper, and the command that tells whether they are whole."""

from __future__ import annotations

import hashlib
import json
from io import BytesIO, StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from pypdf import PdfReader

from compagnon.core.errors import NotFound
from compagnon.people.tests import factories as people
from compagnon.titles.models import Minutes
from compagnon.titles.queries import results as queries
from compagnon.titles.services import minutes
from compagnon.titles.tests import test_hold_session as hold

pytestmark = pytest.mark.django_db


def decided(*votes: bool) -> tuple[hold.Day, Minutes]:
    """A session of one candidate with its minutes, signed by all."""
    day = hold.prepared()
    hold.held(day)
    hold.opinions(day)
    hold.voted(day, *(votes or (True, True, False)))
    made = hold.written(day)
    hold.signed_by_all(day, made)
    return day, made


def pdf(content: bytes) -> tuple[PdfReader, str]:
    reader = PdfReader(BytesIO(content))
    return reader, " ".join(" ".join(page.extract_text() for page in reader.pages).split())


def test_the_pdf_says_all_and_carries_what_is_sealed() -> None:
    day, made = decided()
    number, content = queries.minutes_file(day.secretary, made.pk, language="fr")
    reader, text = pdf(content)
    assert number == made.number
    squeezed = text.replace(" ", "")
    for part in (made.number, made.digest, "Juré0Blanc", "Élève0Petit", "S-", "accordé"):
        assert part in squeezed, part
    (sealed,) = next(iter(reader.attachments.values()))
    assert hashlib.sha256(f"{made.previous}\n".encode() + sealed).hexdigest() == made.digest
    assert "/StructTreeRoot" in reader.root_object

    english = pdf(queries.minutes_file(day.jury[0], made.pk, language="en")[1])[1]
    assert "Minutes of the jury" in english
    assert "granted" in english


def test_a_candidate_reads_counts_and_not_who_voted_what() -> None:
    day, made = decided()
    mine = people.actor(day.candidacies[0].person)
    reader, text = pdf(queries.minutes_file(mine, made.pk, language="en")[1])
    assert not reader.attachments
    assert "The whole title 2 1" in text
    stranger = people.actor(people.person(people.organisation("Ailleurs")))
    with pytest.raises(NotFound):
        queries.minutes_file(stranger, made.pk, language="fr")


def test_a_correction_says_so_on_both() -> None:
    day = hold.prepared()
    hold.held(day)
    hold.opinions(day)
    hold.voted(day, True, True, True)
    first = hold.written(day)
    second = hold.written(day, reason="Un vote mal saisi.")
    assert (
        f"{second.number} corrects these"
        in pdf(queries.minutes_file(day.secretary, first.pk, language="en")[1])[1]
    )
    later = pdf(queries.minutes_file(day.secretary, second.pk, language="en")[1])[1]
    assert f"correct {first.number}: Un vote mal saisi." in later
    assert "has not signed yet" in later


def checked(*arguments: str) -> tuple[int, dict[str, object]]:
    out, code = StringIO(), 0
    try:
        call_command("titles", "minutes-check", "--json", *arguments, stdout=out)
    except CommandError as refusal:
        code = refusal.returncode
    return code, json.loads(out.getvalue())


def altered(sql: str) -> None:
    """Change rows as somebody would who first takes the protection away."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(
                "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name LIKE 'titles_%'"
            )
            for (name,) in cursor.fetchall():
                cursor.execute(f'DROP TRIGGER "{name}"')
        else:
            # Foreign keys checked at the end of a transaction are pending: checked now.
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("ALTER TABLE titles_minutes DISABLE TRIGGER USER")
            cursor.execute("ALTER TABLE titles_signature DISABLE TRIGGER USER")
        cursor.execute(sql)


def test_the_command_finds_what_was_altered_under_the_protection() -> None:
    day, made = decided()
    centre = day.centre.organisation
    code, told = checked("--organisation", str(centre.pk))
    assert (code, told["valid"], told["minutes"]) == (0, True, 1)
    altered("UPDATE titles_signature SET digest = 'x'")
    code, told = checked()
    assert code == 1
    assert told["items"][0]["broken"] == [  # type: ignore[index]
        {"id": made.pk, "number": made.number, "reasons": ["signature"]}
    ]
    row = Minutes.objects.get(pk=made.pk)
    content = json.dumps(row.content | {"votes": []})
    with connection.cursor() as cursor:
        cursor.execute("UPDATE titles_minutes SET content = %s", [content])
    assert minutes.broken(centre) == [made]
    code, told = checked("--organisation", centre.name)
    assert told["items"][0]["broken"][0]["reasons"] == ["seal", "signature"]  # type: ignore[index]


def test_a_centre_that_is_not_there_is_a_misuse() -> None:
    with pytest.raises(CommandError) as refusal:
        call_command("titles", "minutes-check", "--organisation", "Nulle part", stdout=StringIO())
    assert refusal.value.returncode == 2
