"""An invitation (RFC 5545) as a few lines to read, where a message holds nothing else."""

from __future__ import annotations

import re

FOLD = re.compile(r"\n[ \t]")
FIELD = re.compile(r"(SUMMARY|DTSTART|DTEND|LOCATION|DESCRIPTION)((?:;[^:\n]{0,200})?):(.*)")
MOMENT = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)\d\d(Z?))?")
ZONE = re.compile(r";TZID=\"?([^;:\"]{1,60})")
ESCAPED = re.compile(r"\\([\\;,nN])")


def to_text(calendar: str) -> str:
    """Give what the first event is, when, where, and its description; empty when it has no event.

    Args:
        calendar: the text of the file, its lines ended by a line feed.
    """
    _, found, rest = calendar.partition("BEGIN:VEVENT")
    if not found:
        return ""
    # An alarm inside the event has a description of its own, after the event's or before.
    event = FOLD.sub("", rest.partition("END:VEVENT")[0]).partition("BEGIN:VALARM")[0]
    fields: dict[str, str] = {}
    for line in event.split("\n"):
        if read := FIELD.fullmatch(line.strip()):
            value = _moment(read[2], read[3]) if read[1].startswith("DT") else _plain(read[3])
            fields.setdefault(read[1], value)
    when = " – ".join(fields[name] for name in ("DTSTART", "DTEND") if fields.get(name))
    lines = [fields.get("SUMMARY", ""), when, fields.get("LOCATION", "")]
    head = "\n".join(line for line in lines if line)
    return "\n\n".join(one for one in (head, fields.get("DESCRIPTION", "")) if one)


def _plain(value: str) -> str:
    return ESCAPED.sub(lambda one: "\n" if one[1] in "nN" else one[1], value).strip()


def _moment(parameters: str, value: str) -> str:
    read = MOMENT.match(value)
    if not read:
        return _plain(value)
    day = f"{read[1]}-{read[2]}-{read[3]}"
    if not read[4]:
        return day
    zone = ZONE.search(parameters)
    named = " UTC" if read[6] else f" ({zone[1]})" if zone else ""
    return f"{day} {read[4]}:{read[5]}{named}"
