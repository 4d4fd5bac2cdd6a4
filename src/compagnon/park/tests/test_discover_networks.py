"""Discoveries and SNMP inventories that an administrator orders of an agent."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from xml.etree import ElementTree

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from compagnon.core.errors import Conflict, Invalid, NotFound, Refused
from compagnon.core.models import Entry
from compagnon.core.tasks.worker import run_due
from compagnon.park.models import (
    Agent,
    Asset,
    JobState,
    MetDevice,
    NetworkAddress,
    NetworkJob,
    SnmpCredential,
)
from compagnon.park.services import discovery
from compagnon.park.snmp_secrets import SnmpSecrets, unsealed
from compagnon.park.tests.factories import bring, inventory
from compagnon.people.models import Organisation
from compagnon.people.tests.factories import (
    Cast,
    account,
    actor,
    grant,
    organisation,
    person,
    role,
    system,
)

pytestmark = pytest.mark.django_db

NAME = "scout-2026-11-22-08-00-00"


def agent(owner: Organisation, **values: Any) -> Agent:
    given = {"address": "127.0.0.1", "last_contact_at": timezone.now()} | values
    return Agent.objects.create(organisation=owner, key=NAME, deviceid=NAME, **given)


def credential(owner: Organisation, name: str = "switches") -> SnmpCredential:
    return discovery.add_credential(
        actor=system(),
        organisation=owner,
        name=name,
        snmp_version="2c",
        secrets=SnmpSecrets(community="s3cret-community"),
    )


def message(query: str, content: str) -> str:
    return (
        f"<REQUEST><CONTENT>{content}</CONTENT><DEVICEID>{NAME}</DEVICEID>"
        f"<QUERY>{query}</QUERY></REQUEST>"
    )


def say(client: Client, query: str, content: str = "", **headers: str) -> ElementTree.Element:
    """Speak as the agent does; give the answer."""
    answer = client.post(
        "/inventory", message(query, content), content_type="application/xml", headers=headers
    )
    assert answer.status_code == 200, answer.content
    return ElementTree.fromstring(answer.content)  # noqa: S314 — our own answer


def said_of(client: Client, pk: int, content: str, query: str = "NETDISCOVERY") -> None:
    say(client, query, f"{content}<PROCESSNUMBER>{pk}</PROCESSNUMBER>")
    run_due()


SWITCH = (
    "<DEVICE><IP>192.0.2.7</IP><MAC>38:10:f0:38:00:07</MAC><TYPE>NETWORKING</TYPE>"
    "<SNMPHOSTNAME>sw-7</SNMPHOSTNAME><SERIAL>CN10K00007</SERIAL><MODEL>JL679A</MODEL>"
    "<MANUFACTURER>Hewlett-Packard</MANUFACTURER><AUTHSNMP>{}</AUTHSNMP></DEVICE>"
)
START = "<AGENT><START>1</START></AGENT>"
END = "<AGENT><END>1</END></AGENT>"


@pytest.fixture
def alone() -> Organisation:
    """One root, to which agents of this machine report without a token."""
    return organisation("Ateliers")


def order(owner: Organisation, **values: Any) -> NetworkJob:
    given = {"addresses": "192.0.2.0/29", "credential_ids": [credential(owner).pk]}
    return discovery.order_discovery(actor=system(), agent_id=agent(owner).pk, **(given | values))


def test_a_discovery_from_order_to_what_it_met(alone: Organisation, client: Client) -> None:
    job = order(alone)
    assert job.asked == 6
    option = say(client, "PROLOG").find("OPTION")
    assert option is not None
    assert option.findtext("NAME") == "NETDISCOVERY"
    span = option.find("RANGEIP")
    secret = option.find("AUTHENTICATION")
    assert span is not None
    assert secret is not None
    assert (span.attrib["IPSTART"], span.attrib["IPEND"]) == ("192.0.2.1", "192.0.2.6")
    assert secret.attrib["COMMUNITY"] == "s3cret-community"
    job.refresh_from_db()
    assert (job.state, job.given) == (JobState.SENT, 1)

    said_of(client, job.pk, START)
    said_of(client, job.pk, "<AGENT><NBIP>6</NBIP></AGENT>")
    job.refresh_from_db()
    assert (job.state, job.counted) == (JobState.RUNNING, 6)
    said_of(client, job.pk, SWITCH.format(job.credentials.get().pk))
    said_of(client, job.pk, END)
    said_of(client, job.pk, END)
    job.refresh_from_db()
    assert job.state == JobState.DONE
    met = MetDevice.objects.get(job=job)
    assert (met.address, met.outcome, met.kind) == ("192.0.2.7", "created", "networking")
    assert met.asset is not None
    assert met.asset.serial == "CN10K00007"
    assert met.credential == job.credentials.get()
    verbs = Entry.objects.filter(verb__startswith="network_job.").values_list("verb", flat=True)
    assert sorted(verbs) == ["network_job.end", "network_job.give", "network_job.order"]
    # It is not given twice.
    assert say(client, "PROLOG").find("OPTION") is None


def test_what_answers_is_then_read(alone: Organisation, client: Client) -> None:
    job = order(alone, then_inventory=True)
    say(client, "PROLOG")
    said_of(client, job.pk, SWITCH.format(job.credentials.get().pk))
    said_of(client, job.pk, END)
    second = NetworkJob.objects.get(after=job)
    option = say(client, "PROLOG").find("OPTION")
    assert option is not None
    assert option.findtext("NAME") == "SNMPQUERY"
    device = option.find("DEVICE")
    assert device is not None
    assert device.attrib["IP"] == "192.0.2.7"
    assert device.attrib["TYPE"] == "NETWORKING"
    said_of(client, second.pk, START, "SNMPQUERY")
    info = "<ID>1</ID><TYPE>NETWORKING</TYPE><SERIAL>CN10K00007</SERIAL><NAME>sw-7</NAME>"
    ports = "<PORT><IFNUMBER>1</IFNUMBER><IFNAME>1/1/1</IFNAME></PORT>"
    whole = f"<DEVICE><INFO>{info}</INFO><PORTS>{ports}</PORTS></DEVICE>"
    said_of(client, second.pk, whole, "SNMPQUERY")
    said_of(client, second.pk, END, "SNMPQUERY")
    met = MetDevice.objects.get(job=second)
    # Told by its number: what SNMP says holds no address.
    assert (met.address, met.outcome) == ("192.0.2.7", "updated")
    assert Asset.objects.filter(serial="CN10K00007").count() == 1
    second.refresh_from_db()
    assert second.state == JobState.DONE


def test_a_device_that_does_not_answer_is_told(alone: Organisation, client: Client) -> None:
    one = credential(alone)
    job = discovery.order_inventory(
        actor=system(),
        agent_id=agent(alone).pk,
        addresses="192.0.2.9",
        credential_ids=[one.pk],
    )
    say(client, "PROLOG")
    error = "<DEVICE><ERROR><ID>1</ID><MESSAGE>no response from host</MESSAGE></ERROR></DEVICE>"
    said_of(client, job.pk, error, "SNMPQUERY")
    met = MetDevice.objects.get(job=job)
    assert (met.address, met.outcome) == ("192.0.2.9", "refused")
    assert met.detail == "no response from host"


def test_a_glpi_agent_is_told_to_come_and_ask(alone: Organisation, client: Client) -> None:
    who = "55355e5e-e5fd-11f1-975f-a63f79273d51"
    scout = agent(alone, agent_id=who)
    Agent.objects.filter(pk=scout.pk).update(key=who)
    headers = {"GLPI-Agent-ID": who}
    contact = {"action": "contact", "deviceid": NAME}

    def tasks() -> dict[str, Any]:
        answer = client.post(
            "/inventory", contact, content_type="application/json", headers=headers
        )
        told: dict[str, Any] = answer.json()["tasks"]
        return told

    assert "netdiscovery" not in tasks()
    discovery.order_discovery(actor=system(), agent_id=scout.pk, addresses="192.0.2.1")
    assert tasks()["netdiscovery"]["server"] == "glpiinventory"
    # Then it asks in XML, without its id; it stays one agent.
    assert say(client, "PROLOG").find("OPTION") is not None
    assert Agent.objects.count() == 1


def test_credentials_go_to_nobody_else(alone: Organisation, client: Client) -> None:
    job = order(alone)
    other = client.post(
        "/inventory", message("PROLOG", ""), content_type="application/xml",
        REMOTE_ADDR="127.0.0.9",
    )  # fmt: skip
    assert b"OPTION" not in other.content
    assert b"s3cret" not in other.content
    job.refresh_from_db()
    assert (job.state, job.kept_back) == (JobState.WAITING, "address 127.0.0.9")
    NetworkJob.objects.update(address=None, token=None)
    from compagnon.park.services import tokens

    made = tokens.create(actor=system(), organisation=alone, name="other")
    shown = say(client, "PROLOG", Authorization=f"Bearer {made.secret}")
    assert shown.find("OPTION") is None
    job.refresh_from_db()
    assert job.kept_back == "token"


def test_what_another_agent_says_of_a_job_is_not_of_it(alone: Organisation, client: Client) -> None:
    job = order(alone)
    body = message("NETDISCOVERY", f"{START}<PROCESSNUMBER>{job.pk}</PROCESSNUMBER>")
    client.post("/inventory", body.replace(NAME, "stranger"), content_type="application/xml")
    run_due()
    job.refresh_from_db()
    assert job.state == JobState.WAITING


def test_a_job_is_cancelled_expires_and_is_not_given_for_ever(
    alone: Organisation, client: Client
) -> None:
    job = order(alone)
    discovery.cancel(actor=system(), job_id=job.pk)
    assert say(client, "PROLOG").find("OPTION") is None
    with pytest.raises(Conflict):
        discovery.cancel(actor=system(), job_id=job.pk)
    NetworkJob.objects.update(state=JobState.WAITING, expires_at=timezone.now() - timedelta(1))
    assert say(client, "PROLOG").find("OPTION") is None
    NetworkJob.objects.update(expires_at=timezone.now() + timedelta(1))
    given = [say(client, "PROLOG").find("OPTION") is not None for _time in range(4)]
    assert given == [True, True, True, False]


def test_who_is_known_by_address_is_not_made_twice(alone: Organisation, client: Client) -> None:
    """A ping tells an address and nothing more: the computer that has it is met, not made."""
    asset = bring(alone, inventory("pc-1")).asset
    assert asset is not None
    NetworkAddress.objects.filter(asset=asset).update(address="192.0.2.5")
    job = order(alone)
    ping = "<DEVICE><IP>192.0.2.5</IP><DNSHOSTNAME>192.0.2.5</DNSHOSTNAME></DEVICE>"
    before = Asset.objects.count()
    said_of(client, job.pk, ping)
    met = MetDevice.objects.get(job=job)
    assert (met.asset, met.outcome) == (asset, "unchanged")
    assert Asset.objects.count() == before


def test_a_discovery_takes_nothing_from_an_inventory(alone: Organisation, client: Client) -> None:
    """Ports read by SNMP stay, and neither undoes the other's lines again and again."""
    ports = "<PORTS><PORT><IFNUMBER>1</IFNUMBER><IFNAME>1/1/1</IFNAME></PORT></PORTS>"
    info = (
        "<TYPE>NETWORKING</TYPE><SERIAL>CN10K00007</SERIAL><NAME>sw-7</NAME><MODEL>JL679A</MODEL>"
        "<MANUFACTURER>Hewlett-Packard</MANUFACTURER><MAC>38:10:f0:38:00:07</MAC>"
    )
    read = f"<DEVICE><INFO>{info}</INFO>{ports}</DEVICE>"
    for number in (1, 2):
        said_of(client, 900 + number, read, "SNMPQUERY")
        said_of(client, 910 + number, SWITCH.format(7))
    asset = Asset.objects.get(serial="CN10K00007")
    assert asset.networkport_rows.count() == 1
    # The address at which it was met, once.
    told = Entry.objects.filter(verb="asset.inventory").values_list("after", flat=True)
    assert [one["changes"][0]["field"] for one in told] == ["ips"]


def test_what_was_met_by_its_card_is_later_known_for_what_it_is(
    alone: Organisation, client: Client
) -> None:
    card = "38:10:f0:38:00:08"
    met = f"<DEVICE><IP>192.0.2.8</IP><MAC>{card}</MAC><DNSHOSTNAME>imp</DNSHOSTNAME></DEVICE>"
    said_of(client, 901, met)
    said_of(client, 902, met)
    assert Asset.objects.get().type.code == "device"
    info = f"<TYPE>PRINTER</TYPE><NAME>imp</NAME><SERIAL>V1</SERIAL><MAC>{card}</MAC>"
    said_of(client, 903, f"<DEVICE><INFO>{info}</INFO></DEVICE>", "SNMPQUERY")
    assert Asset.objects.get().type.code == "printer"
    said_of(client, 904, met)
    assert Asset.objects.get().serial == "V1"


# --- refusals ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "addresses",
    ["", "10.0.0.0/8", "10.0.0.9-10.0.0.1", "fe80::1", "224.0.0.1", "0.0.0.0/0", "nowhere"],
)
def test_addresses_that_are_refused(alone: Organisation, addresses: str) -> None:
    with pytest.raises(Invalid) as refused:
        order(alone, addresses=addresses)
    assert "addresses" in refused.value.fields
    assert not NetworkJob.objects.exists()


def test_what_else_is_refused(people: Cast) -> None:
    client = people.client_a
    scout, keys = agent(client), credential(client)
    order_it = discovery.order_discovery
    reader = actor(people.technician)
    with pytest.raises(Refused):
        order_it(actor=reader, agent_id=scout.pk, addresses="192.0.2.1")
    with pytest.raises(NotFound):
        discovery.remove_credential(actor=reader, credential_id=keys.pk)
    admin = person(client, "Ada", "Admin")
    grant(admin, role("administrator"), client)
    ada, theirs = actor(admin), credential(people.client_b)
    for wrong in ({"credential_ids": [theirs.pk]}, {"ports": "0"}, {"then_inventory": True}):
        with pytest.raises(Invalid):
            order_it(actor=ada, agent_id=scout.pk, addresses="192.0.2.1", **wrong)
    for _time in range(discovery.MOST_WAITING):
        order_it(
            actor=ada,
            agent_id=scout.pk,
            addresses="192.0.2.1",
            credential_ids=[keys.pk],
        )
    with pytest.raises(Conflict):
        order_it(actor=ada, agent_id=scout.pk, addresses="192.0.2.1")
    with pytest.raises(Conflict):
        discovery.remove_credential(actor=ada, credential_id=keys.pk)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"snmp_version": "2c", "secrets": SnmpSecrets()}, "community"),
        ({"snmp_version": "4", "secrets": SnmpSecrets(community="x")}, "snmp_version"),
        ({"username": "", "secrets": SnmpSecrets()}, "username"),
        ({"auth_protocol": "sha", "secrets": SnmpSecrets(auth="short")}, "auth_passphrase"),
        ({"privacy_protocol": "aes", "secrets": SnmpSecrets()}, "privacy_protocol"),
        ({"name": " ", "secrets": SnmpSecrets()}, "name"),
    ],
)
def test_credentials_that_are_refused(
    alone: Organisation, wrong: dict[str, Any], field: str
) -> None:
    given = {"name": "v3", "snmp_version": "3", "username": "park"} | wrong
    with pytest.raises(Invalid) as refused:
        discovery.add_credential(actor=system(), organisation=alone, **given)
    assert field in refused.value.fields


def test_a_secret_is_sealed_and_never_shown(people: Cast, client: Client) -> None:
    admin = person(people.client_a, "Ada", "Admin", email="ada.admin@assistance.example")
    grant(admin, role("administrator"), people.client_a)
    client.force_login(account(admin))
    where = reverse("park:snmp_credentials")
    asked = {
        "organisation": people.client_a.pk, "name": "coeur", "snmp_version": "3",
        "username": "park", "auth_protocol": "sha", "auth_passphrase": "une phrase longue",
        "privacy_protocol": "aes", "privacy_passphrase": "une autre phrase",
    }  # fmt: skip
    assert client.post(where, asked).status_code == 302
    row = SnmpCredential.objects.get()
    assert "phrase" not in row.sealed
    assert unsealed(row.sealed).privacy == "une autre phrase"
    assert "phrase longue" not in repr(unsealed(row.sealed))
    assert "phrase longue" not in client.get(where).content.decode()
    assert "phrase longue" not in client.post(where, asked | {"name": ""}).content.decode()
    assert "phrase longue" not in str(list(Entry.objects.values_list("before", "after")))
    scout = agent(people.client_a)
    page = client.post(
        reverse("park:network_jobs"),
        {"agent": scout.pk, "kind": "discovery", "addresses": "192.0.2.1-20",
         "credentials": [row.pk], "then_inventory": "on"},
        follow=True,
    )  # fmt: skip
    job = NetworkJob.objects.get()
    assert page.redirect_chain[-1][0] == reverse("park:network_job", args=[job.pk])
    assert job.asked == 20
    assert "coeur" in page.content.decode()
    wrong = client.post(
        reverse("park:network_jobs"),
        {"agent": scout.pk, "kind": "discovery", "addresses": "10.0.0.0/8"},
    )
    assert wrong.status_code == 422
