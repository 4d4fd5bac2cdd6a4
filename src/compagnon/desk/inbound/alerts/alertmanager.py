"""Prometheus Alertmanager, and what speaks its webhook format, version 4 (Grafana, Mimir)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from compagnon.desk.inbound.alerts import (
    Happening,
    NotUnderstood,
    Options,
    adapter,
    block,
    host_of,
    line,
    moment,
    object_of,
)

HOST_LABELS = ("host", "hostname", "nodename", "node", "instance", "server", "machine")


@adapter(label="Prometheus Alertmanager")
def read(document: Any, _options: Options) -> Iterator[Happening]:
    """Read each alert of a group; each has its own fingerprint and its own state."""
    body = object_of(document, "the body")
    alerts = body.get("alerts")
    if not isinstance(alerts, list):
        raise NotUnderstood("it holds no list «alerts»: is it Alertmanager's webhook?")
    for one in alerts:
        yield _alert(object_of(one, "an alert"), body)


def _alert(one: Mapping[str, Any], body: Mapping[str, Any]) -> Happening:
    labels = _texts(one.get("labels"))
    notes = _texts(one.get("annotations"))
    status = line(one.get("status"), 20)
    if status not in {"firing", "resolved"}:
        raise NotUnderstood(f"an alert is neither firing nor resolved: {status!r}")
    name = labels.get("alertname", "")
    summary = notes.get("summary") or notes.get("title") or name
    if not summary:
        raise NotUnderstood("an alert has neither alertname nor summary")
    host = next((labels[key] for key in HOST_LABELS if labels.get(key)), "")
    said = [notes.get("description") or notes.get("message") or ""]
    said += [f"{key} = {value}" for key, value in sorted(labels.items())]
    began, ended = moment(one.get("startsAt")), moment(one.get("endsAt"))
    firing = status == "firing"
    return Happening(
        # The same labels are the same alert, whichever Alertmanager of a cluster posts it.
        key="\x1f".join(f"{key}={value}" for key, value in sorted(labels.items()))
        or line(one.get("fingerprint"), 64),
        name=line(summary),
        is_firing=firing,
        host=line(host_of(host)),
        severity=line(labels.get("severity", ""), 20),
        text=block("\n".join(said).strip()),
        url=line(one.get("generatorURL") or body.get("externalURL"), 500),
        began_at=began,
        ended_at=None if firing else ended,
    )


def _texts(value: Any) -> dict[str, str]:
    found = value if isinstance(value, dict) else {}
    return {line(key, 100): block(one, 4000) for key, one in list(found.items())[:100]}
