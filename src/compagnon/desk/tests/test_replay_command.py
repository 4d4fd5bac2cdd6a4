"""``compagnon intake replay``: what becomes of each file, what fails, and nothing in silence."""

from __future__ import annotations

import io
import json
import os
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DataError

from compagnon.desk import services
from compagnon.desk.models import InboundMessage, Ticket

GOOD = (
    b"From: Zo\xc3\xa9 <zoe@client.example>\r\nTo: support@desk.example\r\n"
    b"Subject: Ecran\r\nMessage-ID: <%d@client.example>\r\n\r\nIl reste noir.\r\n"
)
NOBODY = b"Subject: Sans auteur\r\n\r\nBonjour\r\n"
LOOP = (
    b"From: MAILER-DAEMON <>\r\nTo: support@desk.example\r\nSubject: Undelivered\r\n"
    b"Auto-Submitted: auto-replied\r\nMessage-ID: <b@x.example>\r\n\r\nAbsent.\r\n"
)

pytestmark = pytest.mark.django_db


def replay(*paths: Path) -> tuple[dict[str, Any], str, CommandError | None]:
    """Run the command with ``--json``; give its document, standard error, and how it failed."""
    out, err = io.StringIO(), io.StringIO()
    try:
        call_command("intake", "replay", *map(str, paths), "--json", stdout=out, stderr=err)
    except CommandError as error:
        return json.loads(out.getvalue()), err.getvalue(), error
    return json.loads(out.getvalue()), err.getvalue(), None


def put(folder: Path, name: str, content: bytes) -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def test_tickets_and_what_is_ignored_are_no_failure(tmp_path: Path) -> None:
    put(tmp_path, "1.eml", GOOD % 1)
    put(tmp_path, "2.eml", LOOP)
    answer, _err, failed = replay(tmp_path)
    assert [item["outcome"] for item in answer["items"]] == ["ticket", "ignored"]
    assert failed is None


def test_what_is_in_quarantine_is_a_failure_that_is_named(tmp_path: Path) -> None:
    put(tmp_path, "1.eml", GOOD % 1)
    put(tmp_path, "2.eml", NOBODY)
    put(tmp_path, "3.eml", b"")
    put(tmp_path, "4.eml", GOOD % 4)
    answer, _err, failed = replay(tmp_path)
    outcomes = [item["outcome"] for item in answer["items"]]
    assert outcomes == ["ticket", "quarantine", "quarantine", "ticket"]
    assert failed is not None
    assert failed.returncode == 1
    assert "2.eml: quarantine (no_sender)" in str(failed)
    assert "3.eml: quarantine (empty)" in str(failed)
    assert "1.eml" not in str(failed)
    assert "error" not in answer


def test_what_cannot_be_read_is_still_named(tmp_path: Path) -> None:
    """Who settles a quarantine sees whose message it is, though its parts are refused."""
    deep = b"".join(
        b"Content-Type: multipart/mixed; boundary=%d\r\n\r\n--%d\r\n" % (n, n) for n in range(99)
    )
    start = "From: Zoé <Zoe@client.example>\r\nSubject: =?utf-8?q?Pi=C3=A8ges?=\r\n".encode()
    put(tmp_path, "1.eml", start + deep)
    put(tmp_path, "2.eml", start + b"X: y\r\n" * 300_000 + b"\r\nx")
    answer, _err, _failed = replay(tmp_path)
    reasons = [(item["outcome"], item["reason"]) for item in answer["items"]]
    assert reasons == [("quarantine", "too_deep"), ("quarantine", "headers_too_large")]
    assert {item["subject"] for item in answer["items"]} == {"Pièges"}
    kept = InboundMessage.objects.values_list("subject", "sender")
    assert set(kept) == {("Pièges", "zoe@client.example")}


def test_what_the_database_cannot_hold_stops_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path, "1.eml", GOOD % 1)
    put(tmp_path, "2.eml", GOOD % 2)
    opened = services.open_ticket

    def open_ticket(**values: Any) -> Ticket:
        if "<1@client.example>" in values["internet_id"] or values["internet_id"].startswith("1@"):
            raise DataError("value too long for type character varying(300)")
        return opened(**values)

    monkeypatch.setattr(services, "open_ticket", open_ticket)
    answer, _err, failed = replay(tmp_path)
    assert [item["outcome"] for item in answer["items"]] == ["quarantine", "ticket"]
    assert answer["items"][0]["reason"] == "not_storable"
    assert "value too long" in answer["items"][0]["detail"]
    assert failed is not None
    assert failed.returncode == 1


def test_a_folder_without_messages_is_misuse(tmp_path: Path) -> None:
    put(tmp_path, "README.md", b"# rien")
    answer, err, failed = replay(tmp_path)
    assert failed is not None
    assert failed.returncode == 2
    assert answer["error"]["code"] == "misused"
    assert "README.md" in err


def test_a_pipe_is_never_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.eml")
    (tmp_path / "gone.eml").symlink_to(tmp_path / "nothing")
    (tmp_path / "to-pipe.eml").symlink_to(tmp_path / "pipe.eml")
    put(tmp_path, "z.eml", GOOD % 1)
    answer, _err, failed = replay(tmp_path)
    found = {Path(item["file"]).name: item["reason"] for item in answer["items"]}
    assert found.pop("z.eml") == "new_request"
    assert found == {
        "pipe.eml": "not_a_file", "to-pipe.eml": "not_a_file", "gone.eml": "unreadable_file",
    }  # fmt: skip
    assert failed is not None
    assert failed.returncode == 1
    assert "pipe.eml: refused (not_a_file)" in str(failed)
    _answer, _err, misused = replay(tmp_path / "pipe.eml")
    assert misused is not None
    assert misused.returncode == 2


def test_nothing_is_taken_in_when_a_path_is_wrong(tmp_path: Path) -> None:
    good = put(tmp_path, "1.eml", GOOD % 1)
    for wrong in (tmp_path / "nothing", Path("/dev/null"), tmp_path / ("x" * 300)):
        _answer, _err, failed = replay(good, wrong)
        assert failed is not None
        assert failed.returncode == 2
    assert not InboundMessage.objects.exists()


def test_the_names_of_a_mail_store_are_read(tmp_path: Path) -> None:
    """A Maildir's names end as they like."""
    put(tmp_path, "1700000000.M1P2.host:2,S", GOOD % 1)
    put(tmp_path, "notes.json", b"{}")
    answer, err, failed = replay(tmp_path)
    assert failed is None
    assert len(answer["items"]) == 1
    assert "notes.json" in err
    assert Ticket.objects.count() == 1


def test_the_sentences_are_in_the_terminals_language(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for locale, words in (("fr_FR.UTF-8", "aucun message"), ("en_GB.UTF-8", "no message")):
        monkeypatch.setenv("LC_ALL", locale)
        _answer, _err, failed = replay(tmp_path)
        assert words in str(failed)


def test_the_type_of_an_attachment_is_the_same_in_a_ticket_and_out_of_one(tmp_path: Path) -> None:
    inner = b"Subject: Dedans\r\nFrom: a@x.example\r\n\r\nVoici\r\n"
    enclosed = (
        b'MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\n'
        b"Content-Type: text/plain\r\n\r\nLisez\r\n--b\r\nContent-Type: message/rfc822\r\n\r\n"
    )
    head = b"To: support@desk.example\r\nSubject: Transmis\r\nMessage-ID: <%d@x.example>\r\n"
    body = enclosed + inner + b"--b--\r\n"
    put(tmp_path, "1.eml", b"From: zoe@client.example\r\n" + head % 1 + body)
    put(tmp_path, "2.eml", head % 2 + body)
    answer, _err, _failed = replay(tmp_path)
    assert [item["outcome"] for item in answer["items"]] == ["ticket", "quarantine"]
    types = [[one["type"] for one in item["attachments"]] for item in answer["items"]]
    assert types == [["message/rfc822"], ["message/rfc822"]]
