"""Zabbix, by a media type «webhook» that posts the macros of an event as they are.

The script of the media type sends its parameters as JSON; ``docs/operate/alerts.md`` gives it.
Zabbix's own names are read as well: an event's object holds ``eventid``, ``name``, ``value``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from compagnon.desk.inbound.alerts import (
    Happening,
    NotUnderstood,
    Options,
    adapter,
    block,
    line,
    moment,
    object_of,
)

# What EVENT.VALUE, EVENT.STATUS and event_value say.
FIRING = frozenset({"1", "problem"})
ENDED = frozenset({"0", "ok", "resolved", "recovered", "recovery"})


@adapter(label="Zabbix")
def read(document: Any, _options: Options) -> Iterator[Happening]:
    """Read one event, or a list of them."""
    for one in document if isinstance(document, list) else [document]:
        yield _event(object_of(one, "the body"))


def _event(one: Mapping[str, Any]) -> Happening:
    def first(*names: str) -> str:
        found = (line(one.get(name), 500) for name in names)
        # A macro that Zabbix could not fill comes as itself, or as *UNKNOWN*.
        return next((v for v in found if v and not v.startswith("{") and v != "*UNKNOWN*"), "")

    state = first("event_value", "value", "status", "event_status").lower()
    # What recovers carries the identifier of its problem; an update is the problem, once more.
    if state not in FIRING | ENDED:
        raise NotUnderstood("«event_value» is neither 1 nor 0, and «status» says neither")
    trigger, host = first("trigger_id", "triggerid", "objectid"), first("host", "host_name")
    key = "/".join(filter(None, ("trigger", trigger, host))) if trigger else ""
    event = first("event_id", "eventid")
    if not key and not event:
        raise NotUnderstood("it holds neither «trigger_id» nor «event_id»")
    name = first("event_name", "name", "subject", "trigger_name")
    if not name:
        raise NotUnderstood("it holds no «event_name»")
    firing = state in FIRING
    at = moment(one.get("clock") or one.get("timestamp"))
    return Happening(
        key=key or f"event/{event}",
        name=line(name),
        is_firing=firing,
        host=line(host),
        address=first("host_ip", "ip", "host_conn")[:64],
        severity=first("severity", "event_severity", "trigger_severity")[:20],
        text=block(one.get("message") or one.get("event_opdata") or one.get("opdata")),
        url=first("url", "event_url", "zabbix_url"),
        began_at=at if firing else None,
        ended_at=None if firing else at,
    )
