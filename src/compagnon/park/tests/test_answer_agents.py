"""Answers are those that the agents look for."""

from __future__ import annotations

import json
import zlib

from defusedxml import ElementTree

from compagnon.park.inventory.answers import (
    Discovery,
    Range,
    SnmpCredential,
    SnmpQuery,
    Target,
    content_type,
    json_contact,
    json_error,
    json_ok,
    json_pending,
    xml_error,
    xml_inventory,
    xml_prolog,
    xml_refused_prolog,
    xml_task,
)
from compagnon.park.inventory.decoding import encode

PUBLIC = SnmpCredential(identifier="1", version="2c", community='pub"lic & <co>')
SECRET = SnmpCredential(
    identifier="2",
    version="3",
    username="park",
    auth_protocol="sha",
    auth_passphrase="a-passphrase",
    priv_protocol="aes",
    priv_passphrase="another",
)


def test_a_prolog_asks_for_the_inventory() -> None:
    reply = ElementTree.fromstring(xml_prolog(hours=12))
    assert reply.findtext("RESPONSE") == "SEND"
    assert reply.findtext("PROLOG_FREQ") == "12"
    assert reply.findall("OPTION") == []
    assert ElementTree.fromstring(xml_refused_prolog()).findtext("RESPONSE") != "SEND"


def test_a_prolog_gives_its_jobs() -> None:
    jobs = (
        Discovery(
            process="7",
            ranges=(Range(identifier="3", first="192.0.2.1", last="192.0.2.254", entity="0"),),
            credentials=(PUBLIC, SECRET),
        ),
        SnmpQuery(
            process="8",
            targets=(Target(identifier="9", kind="NETWORKING", ip="192.0.2.7", credential="1"),),
            credentials=(PUBLIC,),
        ),
    )
    discovery, query = ElementTree.fromstring(xml_prolog(jobs=jobs)).findall("OPTION")
    assert discovery.findtext("NAME") == "NETDISCOVERY"
    param = discovery.find("PARAM")
    assert param is not None
    assert param.attrib == {"THREADS_DISCOVERY": "4", "TIMEOUT": "1", "PID": "7"}
    addresses = discovery.find("RANGEIP")
    assert addresses is not None
    assert addresses.attrib["IPEND"] == "192.0.2.254"
    public, secret = discovery.findall("AUTHENTICATION")
    assert public.attrib == {"ID": "1", "VERSION": "2c", "COMMUNITY": 'pub"lic & <co>'}
    assert secret.attrib["PRIVPASSPHRASE"] == "another"
    assert query.findtext("NAME") == "SNMPQUERY"
    device = query.find("DEVICE")
    assert device is not None
    assert device.attrib == {
        "TYPE": "NETWORKING",
        "ID": "9",
        "IP": "192.0.2.7",
        "PORT": "161",
        "AUTHSNMP_ID": "1",
    }


def test_an_inventory_a_task_and_a_refusal_have_their_answers() -> None:
    assert ElementTree.fromstring(xml_inventory()).findtext("RESPONSE") == "ACCOUNT_UPDATE"
    assert ElementTree.fromstring(xml_task()).tag == "REPLY"
    told = ElementTree.fromstring(xml_error("truncated <here>\x00"))
    assert told.findtext("ERROR") == "truncated <here>"


def test_a_contact_keeps_a_glpi_agent_in_json() -> None:
    told = json.loads(json_contact(expiration=24, no_category=("process",), disabled=("deploy",)))
    assert told["status"] == "ok"
    assert told["expiration"] == 24
    assert told["tasks"]["inventory"]["server"] == "glpi"
    assert told["tasks"]["inventory"]["no-category"] == "process"
    assert told["disabled"] == ["deploy"]
    assert set(json.loads(json_contact(network_jobs=True))["tasks"]) == {
        "inventory",
        "netdiscovery",
        "netinventory",
    }


def test_json_answers_say_their_status() -> None:
    assert json.loads(json_ok()) == {"status": "ok", "expiration": 24}
    assert json.loads(json_pending()) == {"status": "pending", "expiration": "10s"}
    assert json.loads(json_error("No.")) == {"status": "error", "message": "No."}


def test_an_answer_is_compressed_and_labelled_as_the_agent_asked() -> None:
    answer = xml_prolog()
    assert zlib.decompress(encode(answer, "zlib")) == answer
    assert content_type("xml", "zlib", "application/x-compress") == "application/x-compress"
    assert content_type("xml", "zlib", "text/plain") == "application/x-compress-zlib"
    assert content_type("json", "gzip") == "application/x-compress-gzip"
    assert content_type("json", "none", "application/x-compress-zlib") == "application/json"
    assert content_type("xml", "none") == "application/xml"
