"""A mailbox is read by IMAP from a real Dovecot: once each, whatever fails."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

import pytest
from django.test import Client
from django.utils import timezone
from imap_tools import BaseMailBox
from imap_tools.errors import MailboxDeleteError

from compagnon.core.actor import Actor
from compagnon.core.errors import Invalid, NotFound, Refused
from compagnon.core.models import Entry
from compagnon.core.tasks.worker import run_due
from compagnon.desk.inbound.fetching import polling
from compagnon.desk.inbound.fetching.connecting import Box
from compagnon.desk.inbound.fetching.polling import envelope, poll
from compagnon.desk.inbound.fetching.trying import try_connection
from compagnon.desk.models import FailedFetch, InboundMessage, Mailbox, MailFetch, Ticket
from compagnon.desk.services.fetching import read_now, remove_fetch, set_fetch
from compagnon.desk.tests import dovecot, factories
from compagnon.desk.tests.dovecot import PASSWORD, USER, Dovecot
from compagnon.desk.tests.test_mail_story import written
from compagnon.people.tests.factories import Cast, actor, grant, organisation, person, role

pytestmark = [
    pytest.mark.daemon,
    pytest.mark.skipif(dovecot.PROGRAM is None, reason="no Dovecot (package dovecot-imapd)"),
    pytest.mark.skipif(os.geteuid() != 0, reason="Dovecot starts as root only"),
]


class TokenServer:
    """A token endpoint that also tells Dovecot whether a token is good."""

    def __init__(self) -> None:
        self.good = "jeton-1"
        self.asked: list[dict[str, list[str]]] = []
        self.answer: dict[str, Any] = {}
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                raw = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
                if self.path.startswith("/token"):
                    outer.asked.append(parse_qs(raw))
                    answer = outer.answer or {"access_token": outer.good, "expires_in": 3600}
                    status = 400 if "error" in answer else 200
                else:
                    token = self.headers.get("Authorization", "") + raw
                    answer = {"active": outer.good in token, "username": USER}
                    status = 200
                body = json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_args: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(
            target=self.server.serve_forever, kwargs={"poll_interval": 0.02}
        )
        self.thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}"

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


@pytest.fixture(scope="module")
def tokens() -> Iterator[TokenServer]:
    found = TokenServer()
    yield found
    found.stop()


@pytest.fixture(scope="module")
def server(tokens: TokenServer) -> Iterator[Dovecot]:
    with dovecot.running(f"{tokens.url}/introspect") as found:
        yield found


@pytest.fixture
def imap(server: Dovecot) -> Iterator[Dovecot]:
    """The same server, its folders empty."""
    client = server.session()
    for folder in ("INBOX", "Support", "Fait"):
        kind, count = client.select(folder)
        if kind == "OK" and count[0] != b"0":
            client.store("1:*", "+FLAGS.SILENT", "\\Deleted")
            client.expunge()
    client.logout()
    return server


@pytest.fixture
def mailbox(people: Cast, settings: Any) -> Mailbox:
    settings.OUTGOING_ALLOW = ["127.0.0.0/8"]
    return factories.mailbox(people.provider, "support@assistance.example", team=people.level_1)


@pytest.fixture
def keeper(people: Cast) -> Actor:
    return actor(people.supervisor)


def read_by(keeper: Actor, mailbox: Mailbox, imap: Dovecot, **values: Any) -> MailFetch:
    values = {
        "host": "127.0.0.1", "port": imap.port, "security": "none", "user": USER,
        "password": PASSWORD,
    } | values  # fmt: skip
    return set_fetch(actor=keeper, mailbox=mailbox, values=values)


def mails(*numbers: int) -> list[bytes]:
    return [written(f"Texte {n}", f"Demande {n}", message_id=f"<{n}@x.example>") for n in numbers]


def test_what_is_unread_is_taken_once_and_marked(
    imap: Dovecot, keeper: Actor, mailbox: Mailbox, people: Cast
) -> None:
    first, old, second = mails(1, 2, 3)
    imap.put(first)
    imap.put(old, "\\Seen")
    imap.put(second)
    fetch = read_by(keeper, mailbox, imap)
    assert poll(fetch.pk) == 2
    run_due()
    assert [one.title for one in Ticket.objects.order_by("id")] == ["Demande 1", "Demande 3"]
    ticket = Ticket.objects.first()
    assert ticket is not None
    assert (ticket.mailbox, ticket.team, ticket.requester) == (
        mailbox, people.level_1, people.user,
    )  # fmt: skip
    assert all("\\Seen" in flags for flags in imap.flags())
    assert poll(fetch.pk) == 0
    (third,) = mails(4)
    imap.put(third)
    assert poll(fetch.pk) == 1
    fetch.refresh_from_db()
    assert (fetch.taken, fetch.error, fetch.failures, fetch.lease) == (3, "", 0, "")
    assert fetch.ok_at is not None
    assert not FailedFetch.objects.exists()


def test_all_or_only_what_comes(imap: Dovecot, keeper: Actor, mailbox: Mailbox) -> None:
    first, second, third = mails(1, 2, 3)
    imap.put(first, "\\Seen")
    imap.put(second)
    none = read_by(keeper, mailbox, imap, existing="none", after="keep")
    assert poll(none.pk) == 0
    imap.put(third)
    assert poll(none.pk) == 1
    assert "\\Seen" not in imap.flags()[-1], "it stays as it is"
    remove_fetch(actor=keeper, fetch=none)
    everything = read_by(keeper, mailbox, imap, existing="all")
    assert poll(everything.pk) == 3
    assert InboundMessage.objects.count() == 3, "what we had is the same message again"


def test_what_was_taken_is_moved(imap: Dovecot, keeper: Actor, mailbox: Mailbox) -> None:
    imap.put(mails(1)[0])
    fetch = read_by(keeper, mailbox, imap, after="move", move_to="Fait")
    assert poll(fetch.pk) == 1
    assert imap.flags() == []
    assert len(imap.flags("Fait")) == 1


def test_what_cannot_be_moved_keeps_nothing_from_being_taken(
    imap: Dovecot, keeper: Actor, mailbox: Mailbox
) -> None:
    imap.put(mails(1)[0])
    # Dovecot makes no such folder.
    fetch = read_by(keeper, mailbox, imap, after="move", move_to="Fait//Non", every_seconds=60)
    assert poll(fetch.pk) == 1
    imap.put(mails(2)[0])
    assert poll(fetch.pk) == 1, "what came meanwhile is taken"
    run_due()
    assert [one.title for one in Ticket.objects.order_by("id")] == ["Demande 1", "Demande 2"]
    fetch.refresh_from_db()
    assert fetch.error.startswith("unmarked: "), "and what the server refuses is told"
    assert (len(fetch.to_mark), fetch.is_refused, fetch.failures) == (2, False, 0)
    assert fetch.next_at is not None
    assert fetch.polled_at is not None
    assert (fetch.next_at - fetch.polled_at).total_seconds() == 60, "new mail does not wait for it"
    MailFetch.objects.filter(pk=fetch.pk).update(move_to="Fait")
    assert poll(fetch.pk) == 0
    assert (imap.flags(), len(imap.flags("Fait"))) == ([], 2)
    fetch.refresh_from_db()
    assert (fetch.error, fetch.failures, fetch.to_mark) == ("", 0, [])


def test_what_was_copied_and_cannot_be_deleted_is_not_copied_at_each_reading(
    imap: Dovecot, keeper: Actor, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_given: object) -> None:
        raise MailboxDeleteError(("NO", [b"not allowed"]), "OK")

    def copied_only(box: Box, uids: list[str], folder: str) -> None:
        box.copy(uids, folder)  # as where the server has no MOVE
        box.delete(uids)

    monkeypatch.setattr(BaseMailBox, "move", copied_only)
    monkeypatch.setattr(BaseMailBox, "delete", refused)
    imap.put(mails(1)[0])
    fetch = read_by(keeper, mailbox, imap, after="move", move_to="Fait")
    assert poll(fetch.pk) == 1
    fetch.refresh_from_db()
    assert fetch.error.startswith("unmarked: ")
    assert poll(fetch.pk) == 0
    assert (len(imap.flags()), len(imap.flags("Fait"))) == (1, 1)


def test_a_message_that_fails_stops_none(
    imap: Dovecot, keeper: Actor, mailbox: Mailbox, settings: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    settings.MAIL_MAX_BYTES = 4000
    first, second, third = mails(1, 2, 3)
    imap.put(first)
    imap.put(written("x" * 9000, "Trop gros", message_id="<gros@x.example>"))
    imap.put(second)
    imap.put(third)
    keep = polling._keep

    def stumble(fetch: MailFetch, raw: bytes) -> None:
        if b"Demande 2" in raw:
            raise ValueError("une fois")
        keep(fetch, raw)

    fetch = read_by(keeper, mailbox, imap)
    with monkeypatch.context() as patched:
        patched.setattr(polling, "_keep", stumble)
        assert poll(fetch.pk) == 2
    large, failed = FailedFetch.objects.order_by("-is_final")
    assert (large.is_final, failed.is_final, failed.attempts) == (True, False, 1)
    assert "9" in large.error
    assert poll(fetch.pk) == 1, "what failed is tried again, what is too large is not"
    assert FailedFetch.objects.get() == large
    assert InboundMessage.objects.count() == 3


def test_a_crash_before_marking_takes_nothing_twice(
    imap: Dovecot, keeper: Actor, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    imap.put(mails(1)[0])
    fetch = read_by(keeper, mailbox, imap)

    class Crashed(BaseException):
        pass

    def crash(*_args: Any) -> None:
        raise Crashed

    with monkeypatch.context() as patched:
        patched.setattr(polling, "_flag_seen", crash)
        with pytest.raises(Crashed):
            poll(fetch.pk)
    assert InboundMessage.objects.count() == 1
    assert "\\Seen" not in imap.flags()[0]
    assert poll(fetch.pk) == 0
    assert "\\Seen" in imap.flags()[0]
    assert InboundMessage.objects.get().duplicates == 0


def test_a_folder_made_anew_is_read_from_its_beginning(
    imap: Dovecot, keeper: Actor, mailbox: Mailbox
) -> None:
    first, second = mails(1, 2)
    imap.put(first, folder="Support")
    fetch = read_by(keeper, mailbox, imap, folder="Support")
    assert poll(fetch.pk) == 1
    fetch.refresh_from_db()
    before = fetch.uid_validity
    imap.make_anew()
    imap.put(first, folder="Support")
    imap.put(second, folder="Support")
    assert poll(fetch.pk) == 2
    fetch.refresh_from_db()
    assert fetch.uid_validity != before
    assert InboundMessage.objects.count() == 2, "the one that we had is known by its identity"


@pytest.mark.parametrize("existing", ["none", "unread"])
def test_a_folder_made_anew_does_not_bring_back_what_was_left(
    existing: str, imap: Dovecot, keeper: Actor, mailbox: Mailbox
) -> None:
    old, taken, new = mails(1, 2, 3)
    fetch = read_by(keeper, mailbox, imap, folder="Support", existing=existing)

    def fill() -> None:
        client = imap.session()
        client.append("Support", "(\\Seen)", '"01-Feb-2020 10:00:00 +0000"', old)
        client.logout()

    imap.make_anew()
    fill()
    assert poll(fetch.pk) == 0
    imap.put(taken, folder="Support")
    assert poll(fetch.pk) == 1
    # The server was moved: the same folder under another UIDVALIDITY, with what came meanwhile.
    imap.make_anew()
    fill()
    imap.put(taken, "\\Seen", folder="Support")
    imap.put(new, "\\Seen", folder="Support")
    poll(fetch.pk)
    assert InboundMessage.objects.count() == 2, "what was left before the first reading stays left"
    assert not FailedFetch.objects.exists()


def test_oauth_by_refresh_token_and_as_application(
    imap: Dovecot, keeper: Actor, mailbox: Mailbox, tokens: TokenServer
) -> None:
    imap.put(mails(1)[0])
    tokens.asked.clear()
    oauth = {"token_url": f"{tokens.url}/token", "client_id": "compagnon", "password": ""}
    fetch = read_by(keeper, mailbox, imap, sign_in="refresh", refresh_token="rafraîchir", **oauth)
    assert "rafraîchir" not in fetch.refresh_token
    tokens.answer = {
        "access_token": tokens.good, "expires_in": 3600, "refresh_token": "le suivant",
    }  # fmt: skip
    assert poll(fetch.pk) == 1
    assert tokens.asked[0]["grant_type"] == ["refresh_token"]
    assert tokens.asked[0]["refresh_token"] == ["rafraîchir"]
    poll(fetch.pk)
    assert len(tokens.asked) == 1, "a token that is good is kept"
    MailFetch.objects.update(access_until=timezone.now())
    poll(fetch.pk)
    assert tokens.asked[1]["refresh_token"] == ["le suivant"]
    tokens.answer = {"error": "invalid_grant", "error_description": "révoqué"}
    MailFetch.objects.update(access_until=timezone.now())
    poll(fetch.pk)
    fetch.refresh_from_db()
    assert fetch.error.startswith("token: answered 400: invalid_grant")
    tokens.answer = {}
    fetch = read_by(keeper, mailbox, imap, sign_in="client", client_secret="s", **oauth)
    imap.put(mails(2)[0])
    assert poll(fetch.pk) == 1
    assert tokens.asked[-1]["grant_type"] == ["client_credentials"]
    tokens.good, old = "autre", tokens.good
    fetch.refresh_from_db()
    poll(fetch.pk)
    fetch.refresh_from_db()
    assert fetch.error.startswith("refused")
    assert fetch.access_token == "", "a token that is refused is asked anew"
    tokens.good = old


def test_errors_are_told_and_tried_less_and_less(
    imap: Dovecot, keeper: Actor, mailbox: Mailbox
) -> None:
    fetch = read_by(keeper, mailbox, imap, password="faux")
    assert poll(fetch.pk) == 0
    fetch.refresh_from_db()
    assert fetch.error.startswith("refused: ")
    assert "faux" not in fetch.error
    assert fetch.next_at is not None
    assert fetch.next_at > timezone.now() + timedelta(seconds=100)
    assert polling.due() == []
    fetch = read_by(keeper, mailbox, imap, folder="Rien", password=PASSWORD)
    poll(fetch.pk)
    fetch.refresh_from_db()
    assert fetch.error == "folder: Rien"
    assert polling.due() == []
    read_now(actor=keeper, fetch=fetch)
    assert polling.due() == [fetch.pk]


def test_one_worker_reads_at_a_time(imap: Dovecot, keeper: Actor, mailbox: Mailbox) -> None:
    imap.put(mails(1)[0])
    fetch = read_by(keeper, mailbox, imap)
    until = timezone.now() + timedelta(seconds=60)
    MailFetch.objects.update(lease="another", lease_until=until)
    assert poll(fetch.pk) == 0
    assert not InboundMessage.objects.exists()


def test_a_trial_changes_nothing(imap: Dovecot, keeper: Actor, mailbox: Mailbox) -> None:
    imap.put(mails(1)[0])
    fetch = read_by(keeper, mailbox, imap)
    trial = try_connection(fetch)
    assert (trial.is_ok, trial.messages, trial.unread) == (True, 1, 1)
    assert "Support" in trial.folders
    assert "\\Seen" not in imap.flags()[0]
    assert not InboundMessage.objects.exists()


def test_what_may_not_be_reached_is_refused(
    imap: Dovecot, keeper: Actor, mailbox: Mailbox, settings: Any
) -> None:
    fetch = read_by(keeper, mailbox, imap)
    settings.OUTGOING_ALLOW = []
    assert try_connection(fetch).code == "internal"
    for values in (
        {"security": "none"},
        {"password": "", "user": "autre"},
        {"sign_in": "refresh"},
        {"sign_in": "client", "client_id": "x", "client_secret": "y",
         "token_url": "http://169.254.169.254/token"},
        {"after": "move"},
        {"port": 0},
        {"host": "a\r\nb", "password": "x"},
    ):  # fmt: skip
        with pytest.raises(Invalid):
            read_by(keeper, mailbox, imap, **({"security": "tls"} | values))
    assert mailbox.fetch.host == "127.0.0.1"


def test_a_secret_does_not_follow_to_another_server(
    imap: Dovecot, keeper: Actor, mailbox: Mailbox
) -> None:
    fetch = read_by(keeper, mailbox, imap)
    assert PASSWORD not in fetch.password
    with pytest.raises(Invalid) as refusal:
        set_fetch(actor=keeper, mailbox=mailbox, values={"host": "127.0.0.2"})
    # Nor beside another one, which the sign-in does not even ask for.
    values = {"host": "127.0.0.2", "client_secret": "x"}
    with pytest.raises(Invalid):
        set_fetch(actor=keeper, mailbox=mailbox, values=values)
    assert "password" in refusal.value.fields
    entry = Entry.objects.filter(verb="imap.set").latest("id")
    assert PASSWORD not in json.dumps(entry.after)


def test_pages(imap: Dovecot, mailbox: Mailbox, people: Cast, signed_in: Any) -> None:
    client: Client = signed_in(people.provider, "desk.configure", "ticket.view")
    page = f"/desk/mailboxes/{mailbox.pk}/imap/"
    assert client.get(page).status_code == 200
    given = {
        "host": "127.0.0.1", "port": imap.port, "security": "none", "user": USER,
        "password": PASSWORD, "sign_in": "password", "folder": "INBOX", "existing": "unread",
        "after": "seen", "every_seconds": 60, "is_active": "on",
    }  # fmt: skip
    assert client.post(page, given | {"user": ""}).status_code == 422
    assert client.post(page, given).status_code == 302
    shown = client.get(page)
    assert PASSWORD not in shown.text
    tried = client.post(f"{page}do/test/")
    assert "Support" in tried.text
    imap.put(mails(1)[0])
    assert client.post(f"{page}do/read/").status_code == 302
    run_due()
    assert InboundMessage.objects.count() == 1
    assert "127.0.0.1" in client.get(f"/desk/mailboxes/{mailbox.pk}/").text
    stranger: Client = signed_in(organisation("Autre"), "desk.configure")
    assert stranger.get(page).status_code == 404
    assert signed_in(people.provider, "ticket.view").get(page).status_code == 403
    assert client.post(f"{page}do/remove/").status_code == 302
    assert not MailFetch.objects.exists()


def test_who_may(imap: Dovecot, mailbox: Mailbox, people: Cast) -> None:
    with pytest.raises(Refused):
        read_by(actor(people.technician), mailbox, imap)
    somebody = person(organisation("Autre"))
    grant(somebody, role(verbs={"desk.configure"}), somebody.organisation)
    with pytest.raises(NotFound):
        read_by(actor(somebody), mailbox, imap)


def test_the_envelope_is_what_the_headers_tell(mailbox: Mailbox, people: Cast) -> None:
    other = factories.mailbox(people.provider, "reseau@assistance.example")
    raw = written("x")
    assert envelope(raw, mailbox.address) == ("ursule@client-a.example", (mailbox.address,))
    delivered = b"Delivered-To: Reseau+bureau@assistance.example\r\nReturn-Path: <>\r\n" + raw
    assert envelope(delivered, mailbox.address) == ("", (other.address, mailbox.address))
    assert envelope(b"From: a@b.example\r\n\r\nx", "z@z.example") == (
        "a@b.example", ("z@z.example",),
    )  # fmt: skip
