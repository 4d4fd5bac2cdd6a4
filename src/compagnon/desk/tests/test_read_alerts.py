"""What each supervision posts is read as it says; what is something else is refused in words."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compagnon.desk.inbound import alerts
from compagnon.desk.inbound.alerts import NotUnderstood, adapters, host_of, opened, read

FIRING = {
    "version": "4",
    "groupKey": '{}:{alertname="DiskFull"}',
    "status": "firing",
    "receiver": "compagnon",
    "externalURL": "http://am.example:9093",
    "alerts": [
        {
            "status": "firing",
            "labels": {"alertname": "DiskFull", "instance": "srv-1:9100", "severity": "critical"},
            "annotations": {"summary": "Disque plein", "description": "Reste 2 %."},
            "startsAt": "2026-11-22T08:00:00.123456789Z",
            "endsAt": "0001-01-01T00:00:00Z",
            "generatorURL": "http://prom.example/graph",
            "fingerprint": "abcd",
        }
    ],
}
ZABBIX = {
    "event_id": "101", "event_value": "1", "trigger_id": "7", "event_name": "Trop de charge",
    "host": "srv-2", "host_ip": "192.0.2.8", "severity": "High", "message": "load 12",
    "clock": "1763798400", "url": "{TRIGGER.URL}",
}  # fmt: skip
ICINGA = {
    "notification_type": "PROBLEM", "host_name": "srv-3", "service_name": "http",
    "service_state": "CRITICAL", "output": "HTTP 500", "address": "192.0.2.9",
}  # fmt: skip
MAPPING = {
    "items": "data.alerts", "key": "id, labels.env", "name": "title", "state": "status",
    "ended": "fixed", "host": "labels.host", "text": "lines.0",
}  # fmt: skip
MAPPED = {
    "data": {
        "alerts": [
            {"id": 7, "title": "Lent", "status": "bad", "labels": {"env": "prod", "host": "web"},
             "lines": ["un", "deux"]},
            {"id": 8, "title": "Lent", "status": "FIXED", "labels": {}},
        ]
    }
}  # fmt: skip


def one(code: str, document: Any, options: Any = None) -> alerts.Happening:
    (found,) = read(code, json.dumps(document), options or {})
    return found


def test_every_adapter_is_found_by_its_file() -> None:
    assert list(adapters()) == ["icinga", "alertmanager", "zabbix", "mapped"]


def test_alertmanager() -> None:
    found = one("alertmanager", FIRING)
    assert (found.name, found.host, found.severity) == ("Disque plein", "srv-1", "critical")
    assert found.is_firing
    assert "Reste 2 %." in found.text
    assert found.began_at is not None
    assert found.began_at.isoformat() == "2026-11-22T08:00:00.123456+00:00"
    ended = json.loads(json.dumps(FIRING))
    ended["alerts"][0] |= {"status": "resolved", "endsAt": "2026-11-22T09:00:00Z"}
    ended["alerts"][0]["annotations"] = {}
    again = one("alertmanager", ended)
    assert not again.is_firing
    assert again.fingerprint == found.fingerprint


def test_zabbix() -> None:
    found = one("zabbix", ZABBIX)
    assert (found.name, found.host, found.address) == ("Trop de charge", "srv-2", "192.0.2.8")
    assert found.url == "", "a macro that was not filled is no link"
    ended = one("zabbix", ZABBIX | {"event_value": "0", "event_id": "102"})
    assert not ended.is_firing
    assert ended.fingerprint == found.fingerprint
    assert one("zabbix", ZABBIX | {"host": "srv-9"}).fingerprint != found.fingerprint


def test_icinga() -> None:
    found = one("icinga", ICINGA)
    assert (found.name, found.severity, found.is_firing) == ("http : srv-3", "critical", True)
    recovery = ICINGA | {"notification_type": "RECOVERY", "service_state": "OK"}
    ended = one("icinga", recovery)
    assert not ended.is_firing
    assert ended.fingerprint == found.fingerprint
    down = one("icinga", {"host_name": "srv-3", "state": 1, "type": "PROBLEM"})
    assert (down.severity, down.is_firing) == ("down", True)
    assert down.fingerprint != found.fingerprint
    assert read("icinga", json.dumps(ICINGA | {"notification_type": "ACKNOWLEDGEMENT"}), {}) == []
    assert read("icinga", json.dumps(ICINGA | {"state_type": "SOFT"}), {}) == []
    # The API's event streams, which write figures with a point.
    change = {
        "type": "StateChange", "host": "srv-3", "service": "http", "state": 2.0, "state_type": 1.0,
        "check_result": {"output": "HTTP 500", "state": 2.0}, "timestamp": 1700000000.25,
    }  # fmt: skip
    assert one("icinga", change).severity == "critical"
    assert one("icinga", change).fingerprint == found.fingerprint
    for aside in (
        change | {"state_type": 0.0},
        change | {"type": "AcknowledgementSet"},
        {"type": "CommentAdded", "comment": {"host_name": "srv-3", "text": "vu"}},
        {
            "type": "CheckResult", "host": "srv-3",
            "check_result": {"state": 1.0, "vars_after": {"state_type": 0.0}},
        },
    ):  # fmt: skip
        assert read("icinga", json.dumps(aside), {}) == []


def test_any_json_by_a_mapping() -> None:
    first, second = read("mapped", json.dumps(MAPPED), MAPPING)
    assert (first.name, first.host, first.text, first.is_firing) == ("Lent", "web", "un", True)
    assert not second.is_firing
    assert first.fingerprint != second.fingerprint
    (alone,) = read("mapped", '{"id": "x", "t": "y"}', {"key": "id", "name": "t"})
    assert alone.is_firing


@pytest.mark.parametrize(
    ("code", "document", "options"),
    [
        ("alertmanager", [], {}),
        ("alertmanager", {"alerts": [{"status": "?", "labels": {"alertname": "x"}}]}, {}),
        ("alertmanager", {"alerts": [{"status": "firing"}]}, {}),
        ("zabbix", {"event_value": "2"}, {}),
        ("zabbix", {"event_value": "1", "event_name": "x"}, {}),
        ("icinga", {"state": "CRITICAL"}, {}),
        ("icinga", {"host_name": "x", "state": "PENDING"}, {}),
        ("mapped", {"id": 1}, {"name": "id"}),
        ("mapped", {"id": 1}, {"key": "id", "name": "title"}),
        ("mapped", {"id": 1}, {"key": "id", "name": "id", "items": "nowhere"}),
        ("unknown", {}, {}),
        ("mapped", [{"id": n, "t": "x"} for n in range(2_001)], {"key": "id", "name": "t"}),
    ],
)
def test_what_is_something_else_is_refused(code: str, document: Any, options: Any) -> None:
    with pytest.raises(NotUnderstood):
        read(code, json.dumps(document), options)


@pytest.mark.parametrize(
    "raw",
    ["", "{", "[NaN]", "[" * 100_000, "[" * 40 + "]" * 40, '"' + "x" * 2_000_000 + '"', "\ud800"],
)
def test_hostile_bodies_are_refused(raw: str) -> None:
    with pytest.raises(NotUnderstood):
        opened(raw)


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats(allow_nan=False) | st.integers() | st.text(),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(
            st.sampled_from(["alerts", "status", "labels", "host_name", "state", "event_value",
                             "id", "title"]), inner, max_size=6),
        max_leaves=12,
    )
)  # fmt: skip
def test_whatever_is_posted_is_read_or_refused(document: Any) -> None:
    raw = json.dumps(document)
    for code in adapters():
        try:
            found = read(code, raw, MAPPING | {"items": ""})
        except NotUnderstood:
            continue
        for happening in found:
            assert happening.name
            assert "\n" not in happening.name
            assert len(happening.fingerprint) == 64


def test_hosts() -> None:
    assert [host_of(one) for one in ("srv:91", "[::1]:91", "https://a.b:1/c", "fe80::1", "x")] == [
        "srv", "::1", "a.b", "fe80::1", "x",
    ]  # fmt: skip
