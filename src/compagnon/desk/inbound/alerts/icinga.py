"""Icinga 2, by a notification command that posts its macros, or by the events of its API.

``docs/operate/alerts.md`` gives the command. A host's or service's check result is an alert while
its state is not OK; a recovery, or the end of a problem, ends it. Soft states are passed over.
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

WELL = frozenset({"OK", "UP"})
ILL = frozenset({"WARNING", "CRITICAL", "UNKNOWN", "DOWN", "UNREACHABLE"})
BY_NUMBER = {"0": "OK", "1": "WARNING", "2": "CRITICAL", "3": "UNKNOWN"}
BY_HOST_NUMBER = {"0": "UP", "1": "DOWN", "2": "UNREACHABLE"}
# What says nothing new of the state: of notifications, then of the API's event streams.
ASIDE = frozenset(
    {"ACKNOWLEDGEMENT", "DOWNTIMESTART", "DOWNTIMEEND", "DOWNTIMEREMOVED", "CUSTOM",
     "FLAPPINGSTART", "FLAPPINGEND",
     "ACKNOWLEDGEMENTSET", "ACKNOWLEDGEMENTCLEARED", "COMMENTADDED", "COMMENTREMOVED",
     "DOWNTIMEADDED", "DOWNTIMESTARTED", "DOWNTIMETRIGGERED", "FLAPPING", "OBJECTCREATED",
     "OBJECTMODIFIED", "OBJECTDELETED"}
)  # fmt: skip


@adapter(label="Icinga")
def read(document: Any, _options: Options) -> Iterator[Happening]:
    """Read one notification, or a list of them."""
    for one in document if isinstance(document, list) else [document]:
        found = _notification(object_of(one, "the body"))
        if found is not None:
            yield found


def _notification(one: Mapping[str, Any]) -> Happening | None:
    host, service = (
        line(one.get("host_name") or one.get("host")),
        line(one.get("service_name") or one.get("service")),
    )
    kind = line(one.get("notification_type") or one.get("type"), 40).upper().replace("_", "")
    if kind in ASIDE:
        return None
    if not host:
        raise NotUnderstood("it holds no «host_name»")
    result = one.get("check_result")
    checked: Mapping[str, Any] = result if isinstance(result, dict) else {}
    if _is_soft(one, checked):
        return None
    state = _state(one, checked, is_host=not service)
    if not state:
        raise NotUnderstood("it holds no «state» of Icinga")
    firing = state not in WELL and kind != "RECOVERY"
    at = moment(one.get("timestamp") or checked.get("execution_end"))
    return Happening(
        key=f"{host}!{service}" if service else host,
        name=line(f"{service} : {host}" if service else f"{host} {state}"),
        is_firing=firing,
        host=host,
        address=line(one.get("address") or one.get("host_address"), 64),
        severity=state.lower(),
        text=block(one.get("output") or one.get("text") or checked.get("output")),
        url=line(one.get("url"), 500),
        began_at=at if firing else None,
        ended_at=None if firing else at,
    )


def _is_soft(one: Mapping[str, Any], checked: Mapping[str, Any]) -> bool:
    """Tell whether the state is tried again before anybody is told; figures may come as 0.0."""
    after = checked.get("vars_after")
    told = one.get("state_type", after.get("state_type") if isinstance(after, dict) else None)
    return line(told, 10).upper().removesuffix(".0") in {"SOFT", "0"}


def _state(one: Mapping[str, Any], checked: Mapping[str, Any], *, is_host: bool) -> str:
    for value in (one.get("state"), one.get("service_state"), one.get("host_state"),
                  checked.get("state")):  # fmt: skip
        text = line(value, 20).upper()
        # The API gives figures: 2.0 is CRITICAL of a service.
        text = text.removesuffix(".0")
        text = (BY_HOST_NUMBER if is_host else BY_NUMBER).get(text, text)
        if text in WELL | ILL:
            return text
    return ""
