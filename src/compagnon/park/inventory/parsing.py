"""From an opened request to facts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from compagnon.park.inventory import computers, devices
from compagnon.park.inventory.errors import Unreadable
from compagnon.park.inventory.facts import Agent, Kind, Progress, Reading, Report
from compagnon.park.inventory.fields import Fields, Notes, build_all, flat, section_names
from compagnon.park.inventory.limits import DEFAULT, Limits
from compagnon.park.inventory.reading import Envelope
from compagnon.park.inventory.sections import SECTIONS

_ALIASES = {
    "firewall": "firewalls",
    "database_services": "databases_services",
    "databaseservices": "databases_services",
    "sim": "simcards",
    "simcard": "simcards",
    "softwareupdate": "softwareupdates",
    "software": "softwares",
    "monitor": "monitors",
}
_ITEMTYPES: Final[dict[str, Kind]] = {
    "computer": "computer",
    "phone": "phone",
    "networkequipment": "networking",
    "printer": "printer",
    "unmanaged": "unmanaged",
}
_VERSION = re.compile(r"(.*?)[_ /]v?(\d.*)")
_TASKS = 50


def parse(envelope: Envelope, *, limits: Limits = DEFAULT) -> Reading:
    """Understand a request.

    A network task gives one report a device, a computer's inventory one, a prolog or a contact
    none. Raises `Unreadable` (``unknown_itemtype``, ``no_content``).
    """
    notes = Notes(limits, envelope.notes)
    root = Fields(envelope.root, "root", notes)
    content = _with_one_name(envelope.content)
    agent = _agent(envelope, root, content, notes)
    itemtype = root.text("itemtype")
    if itemtype is not None and itemtype.lower() not in _ITEMTYPES:
        raise Unreadable("unknown_itemtype", itemtype[:60])
    partial = bool(root.boolean("partial"))
    reports: tuple[Report, ...] = ()
    progress: tuple[Progress, ...] = ()
    process: str | None = None
    targets: tuple[str | None, ...] = ()
    if envelope.action in ("netinventory", "netdiscovery"):
        reports, progress = _of_network(envelope, content, agent, itemtype, notes)
        process = Fields(content, "content", notes).text("processnumber")
        targets = _targets(content, notes)[: len(reports)]
    elif envelope.action == "inventory":
        reports = (_of_inventory(envelope, content, agent, itemtype, partial=partial, notes=notes),)
    return Reading(
        action=envelope.action,
        format=envelope.format,
        query=envelope.query,
        agent=agent,
        partial=partial,
        itemtype=itemtype,
        reports=reports,
        progress=progress,
        process=process,
        targets=targets,
        notes=notes.as_tuple(),
    )


def _with_one_name(content: Mapping[str, Any]) -> Mapping[str, Any]:
    """The sections under their JSON names."""
    if _ALIASES.keys().isdisjoint(content):
        return content
    return {_ALIASES.get(name, name): value for name, value in content.items()}


def _agent(envelope: Envelope, root: Fields, content: Mapping[str, Any], notes: Notes) -> Agent:
    told = Fields(content, "content", notes)
    whole = told.text("versionclient") or envelope.user_agent
    name, version = root.text("name"), root.text("version")
    if name is None and whole:
        found = _VERSION.fullmatch(whole)
        name, version = (found[1], found[2]) if found else (whole, None)
    return Agent(
        deviceid=envelope.deviceid,
        name=name,
        version=version,
        agent_id=envelope.agent_id,
        tag=root.text("tag") or _tag(content, notes),
        enabled_tasks=root.texts("enabled-tasks")[:_TASKS],
        installed_tasks=root.texts("installed-tasks")[:_TASKS],
    )


def _tag(content: Mapping[str, Any], notes: Notes) -> str | None:
    """ACCOUNTINFO's KEYNAME TAG: how XML agents carry it."""
    for entry in flat(content.get("accountinfo"))[:_TASKS]:
        if isinstance(entry, dict):
            fields = Fields(entry, "accountinfo", notes)
            if (fields.text("keyname") or "").upper() == "TAG":
                return fields.text("keyvalue")
    return None


# --- computers and phones ------------------------------------------------------------------------


def _of_inventory(
    envelope: Envelope,
    content: Mapping[str, Any],
    agent: Agent,
    itemtype: str | None,
    *,
    partial: bool,
    notes: Notes,
) -> Report:
    """A machine that reports itself; a device, when GLPI's agent says ``inventory`` of one."""
    if "network_device" in content and "hardware" not in content:
        return devices.of_json(content, agent, itemtype, notes)
    if not content:
        raise Unreadable("no_content")
    held = Fields(content, "content", notes)
    hardware, bios, system = (
        held.inside("hardware"),
        held.inside("bios"),
        held.inside("operatingsystem"),
    )
    for name in ("hardware", "bios", "operatingsystem"):
        _expect_object(content, name, notes)
    lists: dict[str, Any] = {}
    silent: list[tuple[str, int]] = []
    for field, (section, build) in SECTIONS.items():
        if section in content:
            lists[field], unsaid = build_all(content, section, notes, build)
            if unsaid:
                silent.append((field, unsaid))
    return Report(
        kind=_kind(itemtype, envelope, agent),
        itemtype=itemtype,
        agent=agent,
        partial=partial,
        sections=section_names(content),
        machine=computers.machine(hardware, bios),
        operating_system=computers.operating_system(system, hardware),
        silent=tuple(silent),
        **lists,
    )


def _expect_object(content: Mapping[str, Any], name: str, notes: Notes) -> None:
    value = content.get(name)
    one = value[0] if isinstance(value, list) and value else value
    if one not in (None, "") and not isinstance(one, dict):
        notes.add(f"{name}: of a wrong type, left out")


def _kind(itemtype: str | None, envelope: Envelope, agent: Agent) -> Kind:
    if itemtype is not None:
        return _ITEMTYPES[itemtype.lower()]
    android = "android" in f"{agent.name} {envelope.user_agent}".lower()
    return "phone" if android else "computer"


# --- network tasks -------------------------------------------------------------------------------


def _of_network(
    envelope: Envelope,
    content: Mapping[str, Any],
    agent: Agent,
    itemtype: str | None,
    notes: Notes,
) -> tuple[tuple[Report, ...], tuple[Progress, ...]]:
    if envelope.format == "json" and "device" not in content:
        if "network_device" not in content:
            raise Unreadable("no_content", "no network_device")
        return (devices.of_json(content, agent, itemtype, notes),), ()
    limit = notes.limits.devices
    told = [one for one in flat(content.get("device")) if isinstance(one, dict)]
    if len(told) > limit:
        notes.add(f"device: more than {limit}, the others left out")
    reports = tuple(devices.of_xml(one, agent, notes) for one in told[:limit])
    progress = _progress(content, notes)
    if not reports and not progress and "device" not in content:
        notes.add("neither a device nor news of the task")
    return reports, progress


def _targets(content: Mapping[str, Any], notes: Notes) -> tuple[str | None, ...]:
    """The ID of each DEVICE's INFO or ERROR: what the job called it."""
    devices = [one for one in flat(content.get("device")) if isinstance(one, dict)]
    return tuple(
        whole.inside("info").text("id") or whole.inside("error").text("id")
        for whole in (Fields(one, "device", notes) for one in devices[: notes.limits.devices])
    )


def _progress(content: Mapping[str, Any], notes: Notes) -> tuple[Progress, ...]:
    """AGENT's START, NBIP, END or EXIT."""
    held = Fields(content, "content", notes)
    news = held.inside("agent")
    process = held.text("processnumber")
    version = news.text("agentversion")
    found = []
    if news.boolean("start"):
        found.append(Progress(process=process, event="start", agent_version=version))
    if (addresses := news.integer("nbip")) is not None:
        found.append(Progress(process=process, event="count", addresses=addresses))
    if news.boolean("exit"):
        found.append(Progress(process=process, event="exit"))
    if news.boolean("end"):
        found.append(Progress(process=process, event="end"))
    return tuple(found)
