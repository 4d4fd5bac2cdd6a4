"""The demonstration, as its command fills it and as somebody who tries it sees it."""

from __future__ import annotations

import re
import shutil
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connection

from compagnon.config.demo import sink
from compagnon.config.demo.accounts import PASSWORD, accounts
from compagnon.config.tests.conftest import Install, Installation
from compagnon.config.tests.test_run import get
from compagnon.config.tests.test_supervise import wait_for
from compagnon.core.tests.processes import free_ports
from compagnon.desk.outbound.transport import Maildir

UNTIL = "2026-03-12"
# What is drawn anew each time (passwords are salted), or says when it was written.
DRAWN = {
    "people_account": {"password", "created_at", "last_login"},
    "core_entry": {"recorded_at", "correlation_id"},
    "core_outboxitem": {"entry_recorded_at"},
    "contracts_termsstamp": {"stamp"},
}
TOLD = (
    "desk_ticket", "desk_message", "desk_solution", "desk_outgoingmail", "contracts_clock",
    "contracts_clocksegment", "people_person", "people_account",
)  # fmt: skip
WRITTEN = {"created_at", "given_at", "since", "retired_at", "added_at"}


def rows_of(place: Installation, table: str) -> list[tuple[Any, ...]]:
    """Give what a table holds, without what differs from one filling to the next."""
    if place.url.startswith("sqlite"):
        with closing(sqlite3.connect(place.directory / "compagnon.sqlite3")) as database:
            cursor = database.execute(f"SELECT * FROM {table} ORDER BY id")
            rows, columns = cursor.fetchall(), [column[0] for column in cursor.description]
    else:
        with psycopg.connect(place.url) as server:
            answer = server.execute(f"SELECT * FROM {table} ORDER BY id")  # type: ignore[arg-type]
            rows, columns = answer.fetchall(), [column.name for column in answer.description]
    left = DRAWN.get(table, set()) | (WRITTEN if not table.startswith("desk_") else set())
    return [
        tuple(str(value) for value, name in zip(row, columns, strict=True) if name not in left)
        for row in rows
    ]


def test_the_same_seed_and_day_tell_the_same(install: Install, migrated: Installation):
    places = [install(name, like=migrated) for name in ("one", "two", "three")]
    for place, seed in zip(places, (7, 7, 8), strict=True):
        told = place.json("demo", "--tickets", 60, "--seed", seed, "--until", UNTIL)
        assert told["tickets"] == 60
    for table in TOLD:
        one, two = (rows_of(place, table) for place in places[:2])
        assert one == two, table
    tickets = rows_of(places[0], "desk_ticket")
    assert tickets != rows_of(places[2], "desk_ticket")
    assert max(value for row in tickets for value in row if value[:3] == "202") < "2026-04"


def test_it_fills_once_and_only_what_is_empty(install: Install, migrated: Installation):
    place = install("here", like=migrated)
    told = place.json("demo", "--tickets", 10, "--until", UNTIL)
    assert told["password"] == PASSWORD
    assert {"Superviseure", "Stagiaire", "Représentante du client"} <= {
        item["role"] for item in told["items"]
    }
    refused = place.run("demo", status=1)
    assert "here already" in refused.stderr
    again = place.json("demo", "--if-empty")
    assert (again["tickets"], again["rows"]) == (10, 0)

    other = install("there", like=migrated)
    words = ("createadmin", "--email", "a@b.example", "--name", "A B", "--password-stdin")
    other.run(*words, stdin=f"{PASSWORD}\n")
    refused = other.run("demo", "--tickets", 1, status=1)
    assert "only an empty one" in refused.stderr
    for words in (("--tickets", 0), ("--until", "hier"), ("--until", "2999-01-01")):
        other.run("demo", *words, status=2)


# --- pages -----------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path, settings: Any) -> Path:
    settings.MAIL_URL = f"maildir://{tmp_path}/sink"
    settings.DEMO = True
    mail = EmailMessage()
    mail["From"], mail["To"] = "Assistance <support@a.example>", "Claire <claire@b.example>"
    mail["Subject"], mail["Message-ID"] = "Une solution <b>", "<1@a.example>"
    mail["Date"] = "Thu, 12 Mar 2026 10:00:00 +0100"
    mail.set_content(
        f"Acceptez : {settings.BASE_URL}/answer/abc.def/\nAilleurs : https://evil.example/<b>"
    )
    mail.add_alternative("<p onclick=x>Bonjour<script>alert(1)</script></p>", subtype="html")
    Maildir(str(tmp_path / "sink")).send(mail, sender="", recipient="claire@b.example")
    return tmp_path / "sink"


@pytest.mark.django_db
def test_mail_that_left_is_read_on_the_machine_itself(client: Any, folder: Path, settings: Any):
    (kept,) = sink.latest()
    page = client.get("/demo/mail/").content.decode()
    assert "Une solution &lt;b&gt;" in page
    page = client.get(f"/demo/mail/{kept.key}/").content.decode()
    assert f'<a href="{settings.BASE_URL}/answer/abc.def/">' in page
    assert "https://evil.example/&lt;b&gt;" in page
    assert 'href="https://evil.example' not in page
    framed = client.get(f"/demo/mail/{kept.key}/html/")
    assert "sandbox" in framed["Content-Security-Policy"]
    assert "default-src 'none'" in framed["Content-Security-Policy"]


@pytest.mark.django_db
def test_nobody_else_reads_it(client: Any, folder: Path, settings: Any):
    assert client.get("/demo/mail/", REMOTE_ADDR="192.0.2.7").status_code == 404
    assert client.get("/demo/mail/../../etc/passwd/").status_code == 404
    assert client.get("/demo/mail/nothing/").status_code == 404
    assert client.post("/demo/webhook/", REMOTE_ADDR="192.0.2.7").status_code == 404
    assert client.post("/demo/webhook/", b"{}", "application/json").status_code == 204
    settings.DEMO = False
    assert client.get("/demo/mail/").status_code == 404
    settings.DEMO, settings.MAIL_URL = True, "smtp://mail.example"
    assert client.get("/demo/mail/").status_code == 404


@pytest.mark.django_db
def test_the_sign_in_page_lists_the_accounts_in_demonstration_only(client: Any, settings: Any):
    from compagnon.people.tests.factories import account, organisation, person

    somebody = person(organisation(), "Hélène", "Castagnier", email="h@assistance.example")
    account(somebody)
    assert PASSWORD not in client.get("/account/login/").content.decode()
    settings.DEMO = True
    page = client.get("/account/login/").content.decode()
    assert PASSWORD in page
    assert "h@assistance.example" in page
    assert [each.role for each in accounts()] == ["Superviseure"]


# --- the whole story ---------------------------------------------------------------------------


@pytest.fixture
def demonstration(install: Install, migrated: Installation) -> Iterator[Installation]:
    """A demonstration that runs, as ``make demo`` starts it."""
    web, smtp, lmtp = free_ports(3)
    place = install(
        "demo",
        like=migrated,
        COMPAGNON_DEMO="1",
        COMPAGNON_LISTEN_WEB=f"127.0.0.1:{web}",
        COMPAGNON_BASE_URL=f"http://127.0.0.1:{web}",
        COMPAGNON_LISTEN_SMTP=f"127.0.0.1:{smtp}",
        COMPAGNON_LISTEN_LMTP=f"127.0.0.1:{lmtp}",
    )
    place.run("demo", "--tickets", 40)
    process = subprocess.Popen(
        place.command("run"),
        env=place.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        wait_for(lambda: get(place, "/healthz")[0] == 200, 60)
        yield place
    finally:
        process.terminate()
        process.wait(timeout=30)


def swaks(place: Installation, **more: str) -> None:
    """Send a message from a user with Debian's swaks."""
    if shutil.which("swaks") is None:
        pytest.skip("no swaks (Debian's package swaks)")
    words = ["swaks", "--server", place.more["COMPAGNON_LISTEN_SMTP"], "--silent", "2"]
    words += ["--from", "gaelle.rospabe@verdelaine.example"]
    for name, value in more.items():
        words += ["--header" if name.startswith("header") else f"--{name}", value]
    done = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.daemon
@pytest.mark.browser
@pytest.mark.skipif(connection.vendor != "sqlite", reason="told once, on the embedded database")
def test_a_mail_stands_in_the_queue_within_two_seconds_and_its_answer_lands_there(
    demonstration: Installation, browser: Any
):
    base = demonstration.more["COMPAGNON_BASE_URL"]
    page = browser.new_context(locale="fr-FR").new_page()
    page.goto(f"{base}/account/login/")
    page.get_by_text("yanis.belhadri@").click()
    page.press("input[name=password]", "Enter")
    page.wait_for_url("**/desk/queue/**")
    page.goto(f"{base}/desk/queue/?queue=open")
    subject = "Plus de son dans la salle Erdre"
    swaks(
        demonstration,
        to="assistance@verdelaine.example",
        header=f"Subject: {subject}",
        body="Personne ne nous entend.",
    )
    sent = time.monotonic()
    page.get_by_text(subject).wait_for()
    seconds = time.monotonic() - sent
    page.get_by_text(subject).click()
    page.wait_for_url("**/desk/tickets/**")

    mail, found = browser.new_context().new_page(), f"{base}/demo/mail/"
    wait_for(lambda: mail.goto(found) and mail.get_by_text(subject).count() == 1, 60)
    mail.get_by_text(subject).click()
    answer = mail.locator("details").last.text_content()
    identifier = re.search(r"In-Reply-To: (<[^>]+>)", answer)[1]
    swaks(
        demonstration,
        to="assistance@verdelaine.example",
        header=f"Subject: Re: {subject}",
        header2=f"In-Reply-To: {identifier}",
        body="Le voyant est rouge.",
    )
    page.get_by_text("Le voyant est rouge.").wait_for()
    # Two seconds on a machine that does nothing else; a loaded one is given some more.
    assert seconds < 6, f"{seconds:.1f} s"
