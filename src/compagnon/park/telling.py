"""What changed on a machine, in words: the journal keeps it as data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _gettext
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy

Text = str | Promise

SECTIONS: Mapping[str, Text] = {
    "machine": _("Machine"),
    "operating_system": _("Operating system"),
    "processors": _("Processors"),
    "memory": _("Memory"),
    "storages": _("Disks"),
    "volumes": _("Volumes"),
    "interfaces": _("Network"),
    "ports": _("Network"),
    "monitors": _("Screens"),
    "printers": _("Printers"),
    "software": _("Software"),
    "virtual_machines": _("Virtual machines"),
    "databases": _("Databases"),
    "antivirus": _("Antivirus"),
    "batteries": _("Batteries"),
    "controllers": _("Controllers"),
    "usb_devices": _("USB devices"),
    "graphics": _("Graphics cards"),
    "components": _("Components"),
    "firmwares": _("Firmware"),
    "firewalls": _("Firewall"),
    "cartridges": _("Supplies"),
    "counters": _("Page counters"),
}
FIELDS: Mapping[str, Text] = {
    "name": _("name"),
    "version": _("version"),
    "serial": _("serial number"),
    "uuid": _("UUID"),
    "model": _("model"),
    "manufacturer": _("manufacturer"),
    "memory_mib": _("memory (MiB)"),
    "capacity_mib": _("size (MiB)"),
    "size_mib": _("size (MiB)"),
    "total_mib": _("size (MiB)"),
    "free_mib": _("free space"),
    "full_name": _("full name"),
    "kernel_version": _("kernel"),
    "ipv4": _("IPv4 address"),
    "ipv6": _("IPv6 address"),
    "mac": _("MAC address"),
    "status": _("state"),
    "speed_mbps": _("speed"),
    "is_enabled": _("enabled"),
    "is_up_to_date": _("up to date"),
    "base_version": _("signatures"),
    "domain": _("domain"),
    "bios_version": _("firmware"),
    "bios_date": _("firmware's date"),
    "encryption": _("encryption"),
    "gateway": _("gateway"),
    "default_gateway": _("gateway"),
    "dns": _("DNS"),
    "firmware": _("firmware"),
    "location": _("location"),
    "ips": _("addresses"),
    "publisher": _("publisher"),
    "level_percent": _("left"),
    "organisation": _("organisation"),
    "type": _("type"),
    "state": _("state"),
    "site": _("site"),
    "person": _("person"),
    "team": _("team"),
    "inventory_number": _("inventory number"),
    "warranty_ends_on": _("warranty until"),
}
ACTIONS: Mapping[str, Text] = {
    "added": pgettext_lazy("something of a machine", "added"),
    "removed": pgettext_lazy("something of a machine", "removed"),
    "changed": pgettext_lazy("something of a machine", "changed"),
}


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """One change as a line: where, what was done, to what, from what to what."""

    section: Text
    action: str
    action_words: Text
    subject: str
    field: Text
    before: str
    after: str


def lines_of(after: Mapping[str, Any]) -> list[ChangeLine]:
    """Give the lines of an entry ``asset.inventory``."""
    return [_line(one) for one in after.get("changes", ()) if isinstance(one, Mapping)]


def _line(one: Mapping[str, Any]) -> ChangeLine:
    section, action = str(one.get("section", "")), str(one.get("action", ""))
    field = str(one.get("field") or "")
    return ChangeLine(
        SECTIONS.get(section, section),
        action,
        ACTIONS.get(action, action),
        str(one.get("subject") or ""),
        FIELDS.get(field, field.replace("_", " ")),
        str(one.get("before") or ""),
        str(one.get("after") or ""),
    )


REASONS: Mapping[str, Text] = {
    "Nothing known answers to any of this evidence.": _(
        "Nothing known answers to any of this evidence."
    ),
    "What it shares with known machines is contradicted by stronger evidence.": _(
        "What it shares with known machines is contradicted by stronger evidence."
    ),
    "Several known machines answer to this evidence.": _(
        "Several known machines answer to this evidence."
    ),
    "UUID, serial number and network cards agree.": _(
        "UUID, serial number and network cards agree."
    ),
    "UUID and serial number agree.": _("UUID and serial number agree."),
    "UUID and network cards agree.": _("UUID and network cards agree."),
    "UUID agrees, and so does the name or the agent.": _(
        "UUID agrees, and so does the name or the agent."
    ),
    "Only the UUID agrees: it may have been cloned.": _(
        "Only the UUID agrees: it may have been cloned."
    ),
    "UUID or serial agree, but every network card is another: a clone, or new cards.": _(
        "UUID or serial agree, but every network card is another: a clone, or new cards."
    ),
    "The serial number agrees, the UUID is another.": _(
        "The serial number agrees, the UUID is another."
    ),
    "Serial number and network cards agree.": _("Serial number and network cards agree."),
    "Manufacturer and serial number agree.": _("Manufacturer and serial number agree."),
    "The serial number agrees, nothing else does.": _(
        "The serial number agrees, nothing else does."
    ),
    "The motherboard's serial number and another mark agree.": _(
        "The motherboard's serial number and another mark agree."
    ),
    "Network cards agree, and so does the name or the agent.": _(
        "Network cards agree, and so does the name or the agent."
    ),
    "Network cards agree, the name is another: renamed, or cards that moved.": _(
        "Network cards agree, the name is another: renamed, or cards that moved."
    ),
    "The device's own MAC address agrees.": _("The device's own MAC address agrees."),
    "Name and address on the network agree.": _("Name and address on the network agree."),
    "The agent and the name agree, and nothing of the hardware can be compared.": _(
        "The agent and the name agree, and nothing of the hardware can be compared."
    ),
    "The agent agrees, but its network cards are others: an image was cloned?": _(
        "The agent agrees, but its network cards are others: an image was cloned?"
    ),
    "Only the name agrees.": _("Only the name agrees."),
    "Too little agrees.": _("Too little agrees."),
    "Nothing changed.": _("Nothing changed."),
    "The message tells of no machine.": _("The message tells of no machine."),
    "A person must say which machine it is.": _("A person must say which machine it is."),
    "It says nothing by which a machine could be recognised again.": _(
        "It says nothing by which a machine could be recognised again."
    ),
    "A partial inventory of a machine that is not known: send a full one first.": _(
        "A partial inventory of a machine that is not known: send a full one first."
    ),
    "Its bytes are kept no longer.": _("Its bytes are kept no longer."),
}
"""What rules and intake say in English, as msgids: kept so in rows, told in the reader's words."""

UNREADABLE: Mapping[str, Text] = {
    "empty": _("The request has no body."),
    "too_large": _("The request is larger than what is accepted."),
    "too_large_inflated": _("Once decompressed, it is larger than what is accepted."),
    "bomb": _("It inflates out of all proportion: taken for a decompression bomb."),
    "compression_unknown": _("Neither zlib, gzip, deflate, XML nor JSON."),
    "compression_corrupt": _("The compressed data is damaged."),
    "compression_truncated": _("The compressed data stops before its end."),
    "encoding": _("The text is in no encoding that can be read."),
    "xml_malformed": _("The XML is malformed."),
    "xml_truncated": _("The XML stops before its end."),
    "xml_doctype": _("The XML declares a document type or an entity."),
    "xml_root": _("The XML's root is not REQUEST."),
    "json_malformed": _("The JSON is malformed."),
    "json_truncated": _("The JSON stops before its end."),
    "json_trailing": _("Something follows the JSON document."),
    "json_root": _("The JSON's root is not an object."),
    "too_deep": _("The document is nested deeper than what is accepted."),
    "too_many": _("The document holds more than what is accepted."),
    "too_long": _("A value is longer than what is accepted."),
    "no_deviceid": _("The agent did not give its DEVICEID."),
    "no_query": _("The message says neither QUERY nor action."),
    "unknown_query": _("This kind of request is not known here."),
    "unknown_itemtype": _("This kind of item is not known here."),
    "no_content": _("The inventory has no content."),
}


def reason_words(reason: str, detail: str = "") -> Text:
    """Tell why a report ended as it did."""
    if reason in UNREADABLE:
        return UNREADABLE[reason]
    return REASONS.get(detail.removeprefix("A person must say which machine it is. "), detail)


CUTS: Mapping[str, Text] = {
    **SECTIONS,
    "vlans": "VLAN",
    "neighbours": _("Neighbours of ports"),
    "users": _("People logged in"),
    "licences": _("Licence keys"),
}


def cut_words(cuts: Sequence[Sequence[Any]] | None) -> list[str]:
    """Tell what was not kept whole of a report, a sentence each."""
    told = []
    for what, sent, kept in cuts or ():
        if what == "texts":
            text = ngettext(
                "%(sent)s text was too long and is cut.",
                "%(sent)s texts were too long and are cut.",
                sent,
            )
        else:
            text = _gettext("%(what)s: %(kept)s of %(sent)s are kept.")
        told.append(text % {"what": CUTS.get(what, what), "sent": sent, "kept": kept})
    return told


EVIDENCE: Mapping[str, Text] = {
    "uuid": "UUID",
    "serial": _("Serial number"),
    "board": _("Motherboard's serial"),
    "mac": _("Network cards"),
    "maker": _("Manufacturer"),
    "model": _("Model"),
    "name": _("Name"),
    "deviceid": _("Device id"),
    "agent": _("Agent's id"),
    "ip": _("Addresses"),
}
"""Kinds of evidence, in the order of their weight."""
