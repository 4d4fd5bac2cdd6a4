"""Personal data through every room: counted, given out, erased with a proof, gone at its term."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from compagnon.core import files, personal
from compagnon.core.actor import Actor
from compagnon.core.errors import Conflict, Invalid, NotFound, Refused
from compagnon.core.models import Entry, StoredFile
from compagnon.core.personal import ERASED, Subject, mask_of
from compagnon.core.tasks.worker import run_due
from compagnon.desk import search, services
from compagnon.desk.inbound.intake import process
from compagnon.desk.models import (
    Alert,
    AlertReport,
    AlertSource,
    Attachment,
    Bringing,
    Brought,
    InboundMessage,
    Message,
    OutgoingMail,
    Ticket,
    Webhook,
    WebhookDelivery,
)
from compagnon.desk.services import bringing, intake
from compagnon.desk.tests import factories as desk
from compagnon.park.models import BroughtList, CustodySheet, InventoryReport, Machine
from compagnon.park.tests import factories as park
from compagnon.people.models import Account, ContactPoint, Erasure, KeepingTerm, Person
from compagnon.people.services import merging
from compagnon.people.services import personal as privacy
from compagnon.people.tasks import erase_what_is_past_its_term
from compagnon.people.tests import factories
from compagnon.people.tests.factories import Cast, actor, system
from compagnon.titles import processing

MAIL = b"""From: Ursule Petit <ursule@client-a.example>
To: support@assistance.example
Subject: Ecran noir pour Ursule Petit
Message-ID: <one@client-a.example>
Date: Mon, 16 Nov 2026 09:00:00 +0100
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=b

--b
Content-Type: text/plain; charset=utf-8

Mon ecran reste noir. Appelez-moi au 06 12 34 56 78. Ursule
--b
Content-Type: text/plain; name=secret-ursule.txt
Content-Disposition: attachment; filename=secret-ursule.txt

Le mot de passe d'Ursule.
--b--
"""


@pytest.fixture
def administrator(cast: Cast) -> Actor:
    return actor(cast.administrator)


@pytest.fixture
def request_by_mail(cast: Cast) -> Ticket:
    """A closed request that came by mail, with what support wrote to her and of her."""
    ContactPoint.objects.create(person=cast.user, kind="mobile", value="+33612345678")
    row = intake.receive(
        actor=system(), raw=MAIL, mail_from="ursule@client-a.example",
        rcpt_to=("support@assistance.example",),
    )  # fmt: skip
    process(getattr(row, "pk", None) or InboundMessage.objects.latest("pk").pk)
    ticket = Ticket.objects.latest("pk")
    assert ticket.requester == cast.user
    services.reply(
        actor=actor(cast.technician),
        ticket_id=ticket.pk,
        text="Bonjour Ursule,\nje vous appelle au 06.12.34.56.78.",
    )
    services.add_note(
        actor=actor(cast.technician),
        ticket_id=ticket.pk,
        text="PETIT Ursule est en télétravail: écrire à Ursule@client-a.example. Câble petit.",
    )
    run_due()
    Ticket.objects.filter(pk=ticket.pk).update(state="closed", closed_at=timezone.now())
    return ticket


def test_a_mask_takes_names_addresses_and_numbers_out() -> None:
    subject = Subject(
        person_id=1,
        first_names=["Hélène"],
        names=["Hélène Lévêque", "Lévêque Hélène", "Lévêque"],
        addresses=["h.leveque@a.example"],
        numbers=["612345678"],
    )
    mask = mask_of(subject, first_names=True)
    assert mask("Chère HELENE, LEVEQUE  Hélène a écrit") == f"Chère {ERASED}, {ERASED} a écrit"
    assert mask("de H.Leveque@A.example au +33 6 12 34 56 78.") == f"de {ERASED} au {ERASED}."
    assert mask("appelez le 06-12-34-56-78") == f"appelez le {ERASED}"
    assert mask("Hélènette et l’archevêque") == "Hélènette et l’archevêque"
    assert mask_of(subject)("Bonjour Hélène") == "Bonjour Hélène"
    assert mask("") == ""


def test_everything_of_a_person_goes_and_it_is_proven(
    cast: Cast, administrator: Actor, request_by_mail: Ticket
) -> None:
    other = desk.ticket(cast.colleague, title="Demande de Colin")
    before = list(Entry.objects.order_by("pk").values_list("pk", "before", "after"))
    attached = Attachment.objects.get(ticket=request_by_mail)
    path = files.path_of(attached.file.sha256)
    raw = files.path_of(InboundMessage.objects.get().raw.sha256)
    assert path.exists()
    assert raw.exists()
    erasure = privacy.ask_erasure(actor=administrator, person=cast.user, reason="Demande écrite")
    assert not Person.objects.get(pk=cast.user.pk).is_active
    run_due()
    erasure.refresh_from_db()
    assert erasure.state == "done"
    assert erasure.words == ""
    # What a person who sees everything can still read of her.
    person = Person.objects.get(pk=cast.user.pk)
    assert str(person) == f"Personne effacée {person.pk}"
    assert not Account.objects.filter(person=person).exists()
    told = "\n".join(
        f"{one.text}\n{one.quoted}\n{one.html}" for one in Message.objects.all()
    ) + "\n".join(Ticket.objects.values_list("title", flat=True))
    for word in ("Ursule", "PETIT", "ursule@", "06.12", "06 12"):
        assert word not in told
    assert "Câble petit." in told
    assert "je vous appelle" in told
    assert not Attachment.objects.exists()
    inbound = InboundMessage.objects.get()
    assert (inbound.sender, inbound.subject, inbound.mail_from) == ("", "", "")
    assert files.read(inbound.raw) == b"[erased]\n"
    assert not OutgoingMail.objects.filter(recipient__icontains="ursule").exists()
    found = search.matching(administrator, Ticket.objects.all(), "Ursule")
    assert not found.exists()
    assert search.matching(administrator, Ticket.objects.all(), "appelle").get() == request_by_mail
    assert Ticket.objects.get(pk=other.pk).title == "Demande de Colin"
    # The proof.
    places = {one["place"] for one in erasure.found}
    assert {"desk.message.text", "desk.ticket.title", "people.person.last_name"} <= places
    assert erasure.left == []
    assert erasure.journal["untouched"] is True
    assert erasure.journal["entries"] > 0
    # The journal: what was there is there, as it was.
    after = {pk: (a, b) for pk, a, b in Entry.objects.values_list("pk", "before", "after")}
    assert all(after[pk] == (a, b) for pk, a, b in before)


def test_what_is_of_others_stays(cast: Cast, administrator: Actor, request_by_mail: Ticket) -> None:
    """A last name is an ordinary word: in another client's alerts and messages it is not hers."""
    now = timezone.now()
    other = desk.ticket(cast.colleague, title="Petit souci")
    source = AlertSource.objects.create(
        organisation=cast.colleague.organisation, name="Sonde", adapter="mapped",
        requester=cast.colleague, prefix="alr_", digest="1" * 64, created_at=now,
    )  # fmt: skip
    report = AlertReport.objects.create(
        source=source, digest="0" * 64, received_at=now,
        body='{"title": "Disque trop petit", "host": "pc de Ursule Petit"}',
    )  # fmt: skip
    alert = Alert.objects.create(
        source=source, fingerprint="2" * 64, name="Petit disque", host="srv-petit",
        state="firing", began_at=now, heard_at=now,
    )  # fmt: skip
    webhook = Webhook.objects.create(
        organisation=cast.colleague.organisation, owner=cast.colleague, name="Vers un outil",
        url="https://tool.example/in", state="paused", secret="x", since=now, created_at=now,
    )  # fmt: skip
    theirs = {"webhook": webhook, "event": "ticket.open", "occurred_at": now, "created_at": now}
    kept = WebhookDelivery.objects.create(
        **theirs, entry_id=1, message_id="a", ticket=other, payload='{"title": "Petit souci"}'
    )
    WebhookDelivery.objects.create(
        **theirs, entry_id=2, message_id="b", ticket=request_by_mail, payload='{"by": "Ursule"}'
    )
    privacy.ask_erasure(actor=administrator, person=cast.user, reason="Demande écrite")
    run_due()
    report.refresh_from_db()
    assert report.body == f'{{"title": "Disque trop petit", "host": "pc de {ERASED}"}}'
    alert.refresh_from_db()
    assert (alert.name, alert.host) == ("Petit disque", "srv-petit")
    assert list(WebhookDelivery.objects.all()) == [kept]


@pytest.mark.django_db(transaction=True)
def test_the_bytes_go_with_the_commit(cast: Cast, request_by_mail: Ticket) -> None:
    path = files.path_of(Attachment.objects.get().file.sha256)
    privacy.ask_erasure(actor=actor(cast.administrator), person=cast.user)
    assert path.exists()
    run_due()
    assert not path.exists()
    assert not StoredFile.objects.filter(sha256=path.name).exists()


def test_it_goes_on_after_a_crash(
    cast: Cast, administrator: Actor, request_by_mail: Ticket, monkeypatch: pytest.MonkeyPatch
) -> None:
    erasure = privacy.ask_erasure(actor=administrator, person=cast.user)
    killed: list[bool] = []
    real = privacy.end

    def crash(**values: Any) -> Any:
        if not killed:
            killed.append(True)
            raise KeyboardInterrupt
        return real(**values)

    monkeypatch.setattr(privacy, "end", crash)
    with pytest.raises(KeyboardInterrupt):
        privacy.carry_out(actor=system(), erasure_id=erasure.pk)
    half = Erasure.objects.get(pk=erasure.pk)
    assert half.state == "running"
    assert "Ursule" not in half.words
    privacy.carry_out(actor=system(), erasure_id=erasure.pk)
    done = Erasure.objects.get(pk=erasure.pk)
    assert done.state == "done"
    assert done.left == []
    assert done.erased == half.erased


def test_what_goes_on_hinders(cast: Cast, administrator: Actor) -> None:
    desk.ticket(cast.user)
    park.asset(cast.client_a, person=cast.user)
    with pytest.raises(Conflict) as refused:
        privacy.ask_erasure(actor=administrator, person=cast.user)
    assert "1" in str(refused.value)
    assert Person.objects.get(pk=cast.user.pk).is_active
    assert len(privacy.hindrances(cast.user)) == 2


def test_who_may_not(cast: Cast, administrator: Actor) -> None:
    with pytest.raises(Refused):
        privacy.ask_erasure(actor=actor(cast.technician), person=cast.user)
    with pytest.raises(Refused):
        privacy.ask_erasure(actor=actor(cast.user), person=cast.user)
    with pytest.raises(Conflict):
        privacy.ask_erasure(actor=administrator, person=cast.administrator)
    with pytest.raises(Invalid):
        privacy.ask_erasure(actor=administrator, person=cast.user, reason="x" * 501)
    privacy.ask_erasure(actor=administrator, person=cast.user)
    with pytest.raises(Conflict):
        privacy.ask_erasure(actor=administrator, person=cast.user)
    with pytest.raises(Refused):
        privacy.set_term(actor=actor(cast.technician), key="desk.mail_received", days=10)
    with pytest.raises(NotFound):
        privacy.set_term(actor=administrator, key="desk.messages", days=10)
    with pytest.raises(Invalid):
        privacy.set_term(actor=administrator, key="desk.mail_received", days=0)
    with pytest.raises(Refused):
        privacy.note_export(actor=actor(cast.outsider), person=cast.user, counts={})


def test_the_copy_holds_what_is_kept(cast: Cast, request_by_mail: Ticket, client: Client) -> None:
    client.force_login(cast.user.account)
    page = client.get(reverse("people:own_data"))
    assert page.status_code == 200
    answer = client.post(reverse("people:person_export", args=[cast.user.pk]))
    archive = zipfile.ZipFile(io.BytesIO(b"".join(answer)))
    told = json.loads(archive.read("data.json"))
    kinds = {one["kind"]: one["items"] for one in told["kinds"]}
    assert set(kinds) == {one.key for one in personal.holdings()}
    assert kinds["people.identity"][0]["last_name"] == "Petit"
    assert kinds["desk.requests"][0]["title"].startswith("Ecran noir")
    # Neither internal notes of support, nor anything of another person.
    assert "télétravail" not in json.dumps(told, ensure_ascii=False)
    (name,) = [one for one in archive.namelist() if one.startswith("files/")]
    assert b"mot de passe" in archive.read(name)
    assert Entry.objects.filter(verb="person.export", object_id=cast.user.pk).count() == 1
    client.force_login(cast.outsider.account)
    refused = client.post(reverse("people:person_export", args=[cast.user.pk]))
    assert refused.status_code in {403, 404}


def test_a_colleague_who_sees_persons_has_no_copy(cast: Cast, client: Client) -> None:
    client.force_login(cast.technician.account)
    assert client.post(reverse("people:person_export", args=[cast.user.pk])).status_code == 403
    assert client.get(reverse("people:person_data", args=[cast.user.pk])).status_code == 403
    assert client.get(reverse("people:privacy")).status_code == 403


def test_terms(cast: Cast, administrator: Actor, request_by_mail: Ticket) -> None:
    long_ago = timezone.now() - timedelta(days=800)
    InboundMessage.objects.update(received_at=long_ago)
    Ticket.objects.update(closed_at=long_ago)
    privacy.set_term(actor=administrator, key="desk.mail_received", days=900)
    erase_what_is_past_its_term()
    assert InboundMessage.objects.get().sender
    privacy.set_term(actor=administrator, key="desk.mail_received", days=700)
    assert privacy.expire(actor=system(), key="desk.mail_received") == 1
    assert privacy.expire(actor=system(), key="desk.mail_received") == 0
    assert not InboundMessage.objects.get().sender
    # What was said on the request stays: its own term has not come.
    assert Message.objects.filter(text__contains="ecran reste noir").exists()
    privacy.set_term(actor=administrator, key="desk.mail_received", days=None)
    assert KeepingTerm.objects.get(key="desk.mail_received").days is None
    assert privacy.expire(actor=system(), key="desk.mail_received") == 0


def test_the_pages(cast: Cast, client: Client, request_by_mail: Ticket) -> None:
    client.force_login(cast.administrator.account)
    register = client.get(reverse("people:privacy"))
    assert "Courriels reçus" in register.content.decode()
    sheet = b"".join(client.get(reverse("people:privacy_csv"))).decode()
    assert sheet.startswith("\ufeff")
    assert len(sheet.splitlines()) == len(personal.holdings()) + 1
    where = reverse("people:privacy_term", args=["desk.mail_sent"])
    client.post(where, {"days": "400"})
    assert privacy.terms()["desk.mail_sent"] == 400
    client.post(where, {"days": "-3"})
    client.post(where, {"days": "9999999"})
    assert privacy.terms()["desk.mail_sent"] == 400
    data = client.get(reverse("people:person_data", args=[cast.user.pk]))
    assert "Effacer pour toujours" in data.content.decode()
    where = reverse("people:person_erase", args=[cast.user.pk])
    assert client.post(where, {"reason": "x"}).status_code == 422
    answer = client.post(where, {"reason": "Lettre du 3", "sure": "on"})
    waiting = client.get(answer["Location"]).content.decode()
    assert "En attente" in waiting
    run_due()
    done = client.get(answer["Location"]).content.decode()
    assert "La preuve" in done
    assert "Ursule" not in done
    listed = client.get(reverse("people:erasures")).content.decode()
    assert f"Personne effacée {cast.user.pk}" in listed


def test_two_records_made_one_keep_all_that_was_of_either(cast: Cast) -> None:
    """What points at a person without a way back passes too; what both had is there once."""
    ticket = desk.ticket(cast.colleague)
    stranger = factories.person(cast.client_a, email="ursule.petit@home.example")
    for person in (stranger, cast.user):
        services.watch(actor=system(), ticket_id=ticket.pk, person_id=person.pk)
    written = Message.objects.create(
        ticket=ticket, kind="reply", is_public=True, author=stranger, channel="mail",
        text="C’est moi.", occurred_at=timezone.now(),
    )  # fmt: skip
    merging.merge(actor=system(), gone=stranger, kept=cast.user)
    written.refresh_from_db()
    assert written.author == cast.user
    assert list(ticket.watchers.values_list("person_id", flat=True)) == [cast.user.pk]


def test_what_was_imported_goes_too(
    administrator: Actor, django_capture_on_commit_callbacks: Any
) -> None:
    """A person's name is a key in another desk's export, a value of its columns, its report."""
    content = (
        "N;O;F;S;D;T;Bureau;Suivi\n"
        "D1;04/03/2024 08:00;05/03/2024 10:00;Clos;Zélie Quartz;Écran de Zélie Quartz;"
        "Bureau de Zélie Quartz;ok\n"
        "D2;04/03/2024 08:00;05/03/2024 10:00;Vu par Zélie Quartz;Paul Autre;Souris;B12;"
        "appeler Zélie Quartz\n"
    ).encode()
    mapping = {
        "columns": {"reference": "N", "opened_at": "O", "closed_at": "F", "state": "S",
                    "requester": "D", "title": "T"},
        "values": {"state": {"Clos": "closed"}}, "date_formats": ["%d/%m/%Y %H:%M"],
    }  # fmt: skip
    row = bringing.ask(
        actor=administrator, source="csv", name="past.csv", content=content,
        mapping=mapping, dry_run=False,
    )  # fmt: skip
    run_due()
    row.refresh_from_db()
    assert row.state == "done"
    assert row.file is not None
    kept = files.path_of(row.file.sha256)
    person = Person.objects.get(last_name="Quartz")
    (line,) = [one for one in privacy.kept(person) if one.holding.key == "desk.imports"]
    assert line.count == 1
    erasure = privacy.ask_erasure(actor=administrator, person=person, reason="")
    with django_capture_on_commit_callbacks(execute=True):
        run_due()
    erasure.refresh_from_db()
    assert erasure.state == "done"
    assert [one for one in erasure.left if one["place"].startswith("desk.br")] == []
    assert Bringing.objects.get(pk=row.pk).file_id is None
    row.refresh_from_db()
    assert not kept.exists()
    assert row.report["counts"]["created"] == 2
    assert (
        Brought.objects.filter(kind="person", object_id=person.pk).get().key.startswith("erased:")
    )
    # What nobody erased goes by its age, but for its counts.
    long_ago = timezone.now() - timedelta(days=90)
    Bringing.objects.update(ended_at=long_ago - timedelta(days=1))
    (imports,) = [one for one in personal.holdings() if one.key == "desk.imports"]
    assert imports.expire is not None
    assert imports.expire(long_ago, 10) == 1
    row.refresh_from_db()
    assert "kept_in_notes" not in row.report
    assert imports.expire(long_ago, 10) == 0


def test_lists_of_the_park_and_the_last_report_of_a_machine_go(
    cast: Cast, administrator: Actor
) -> None:
    def brought(state: str) -> BroughtList:
        return BroughtList.objects.create(
            organisation=cast.provider, kind="custody", file=files.store(state.encode()),
            file_name="qui.csv", state=state, brought_at=timezone.now(),
            summary={"refused_lines": ["Ursule Petit"]},
        )  # fmt: skip

    looked_at, written = brought("looked_at"), brought("written")
    report = InventoryReport.objects.create(
        organisation=cast.client_a, raw=files.store(b"Ursule"), received_at=timezone.now(),
        last_received_at=timezone.now(), digest="0" * 64, size=6,
    )  # fmt: skip
    asset = park.asset(cast.client_a)
    Machine.objects.create(asset=asset, last_user="ursule", last_report_id=report.pk)
    CustodySheet.objects.create(
        asset=asset, person=cast.user, kind="out", prepared_at=timezone.now(),
        signed_at=timezone.now(), signed_name="Ursule Petit",
    )  # fmt: skip
    erasure = privacy.ask_erasure(actor=administrator, person=cast.user)
    run_due()
    erasure.refresh_from_db()
    assert erasure.state == "done"
    assert list(BroughtList.objects.all()) == [looked_at]
    assert not StoredFile.objects.filter(pk=written.file_id).exists()
    assert not InventoryReport.objects.filter(pk=report.pk).exists()


def test_every_table_that_names_a_person_is_told(db: None) -> None:
    """A new table with persons belongs to a kind of data, or says here why it names one only."""
    told = {label for one in personal.holdings() for label in one.models}
    naming = {
        model._meta.label_lower
        for model in apps.get_models()
        if model.__module__.startswith("compagnon.")
        for field in model._meta.concrete_fields
        if field.is_relation and field.related_model in {Person, Account}
    }
    # What was uploaded holds whatever it holds.
    files_of_persons = {
        model._meta.label_lower
        for model in apps.get_models()
        if model.__module__.startswith("compagnon.")
        for field in model._meta.concrete_fields
        if field.is_relation and field.related_model is StoredFile
    }
    of_titles = {f"titles.{name}" for one in processing.register() for name in one.models}
    assert sorted(files_of_persons - told - of_titles - FILES_OF_NOBODY) == []
    assert sorted(naming - told - NAMED_BY_NUMBER) == []
    assert sorted(label for label in told if not apps.get_model(label)) == []


# They say by whom or for whom a thing of the service was done: a number, which leads to nobody once
# the person is erased, and no word of theirs.
NAMED_BY_NUMBER = {
    "people.directory", "people.directoryrule", "people.directoryrun",
    "people.erasure", "people.team",
    "park.alert", "park.broughtlist", "park.movement", "park.consumablemovement", "park.doubt",
    "park.mergerecord", "park.stocktaking", "park.stockline",
    "desk.alertsource", "desk.bulkrun", "desk.solution", "desk.ticketlink", "desk.ticketmerge",
    "desk.timeentry", "desk.wait", "desk.webhook",
    "titles.correspondence", "titles.incident", "titles.importeddocument",
}  # fmt: skip
# Files of the service: of quotes and orders, of texts of law, of pages that the program made.
FILES_OF_NOBODY = {
    "park.disposal", "park.disposedasset", "park.paper", "park.score", "titles.centreapproval",
    "titles.importeddocument",
}  # fmt: skip
