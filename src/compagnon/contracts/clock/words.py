"""The ledger and a clock's reading in words, in French and English.

Plain functions of a language code, so that the page, the API, a message and the command line say
the same thing. Instants are shown in the calendar's own zone.
"""

from __future__ import annotations

from datetime import datetime

from .engine import ClockReading, Due, LedgerLine
from .plan import Why
from .texts import NARROW, Language, Text
from .zones import load_zone

_DAYS = {
    "fr": ("lun.", "mar.", "mer.", "jeu.", "ven.", "sam.", "dim."),
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
}
_MONTHS = {
    "fr": (
        "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre",
        "octobre", "novembre", "décembre",
    ),
    "en": ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
}  # fmt: skip

WHY: dict[Why, Text] = {
    Why.OPEN: Text("heures ouvrées", "opening hours"),
    Why.OPENING: Text("ouverture exceptionnelle", "exceptional opening"),
    Why.OUTSIDE_HOURS: Text("hors des heures ouvrées", "outside opening hours"),
    Why.WEEKEND: Text("week-end", "weekend"),
    Why.DAY_CLOSED: Text("jour non ouvré", "day closed"),
    Why.HOLIDAY: Text("jour férié", "public holiday"),
    Why.CLOSURE: Text("fermeture", "closure"),
    Why.PAUSED: Text("en pause", "paused"),
    Why.STOPPED: Text("arrêté", "stopped"),
    Why.SET_ASIDE: Text(
        "heures ouvrées mises de côté par la remise à zéro",
        "opening hours set aside by the restart",
    ),
}

_NO_DUE = {
    Due.PAUSED: Text(
        "pas d’échéance tant que la pause dure", "no due time as long as the pause lasts"
    ),
    Due.STOPPED: Text("arrêté avant l’échéance", "stopped before the due time"),
    Due.BEYOND_HORIZON: Text(
        "pas d’échéance\u202f: le calendrier n’ouvre pas assez dans les années à venir",
        "no due time: the calendar does not open enough in the coming years",
    ),
    Due.NO_TARGET: Text("sans objectif", "no target"),
}


def duration_words(seconds: int) -> str:
    """A duration such as "4 h 30 min", the same in both languages; "−" in front when negative."""
    minutes, rest = divmod(abs(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    parts = [f"{n}\u00a0{unit}" for n, unit in ((hours, "h"), (minutes, "min"), (rest, "s")) if n]
    return ("−" if seconds < 0 else "") + (" ".join(parts) or "0\u00a0s")


def instant_words(instant: datetime, zone: str, language: Language) -> str:
    """An instant on a wall clock of `zone`: "lun. 30 mars 2026 09:00"."""
    local = instant.astimezone(load_zone(zone))
    return f"{_date_words(local, language)} {_time_words(local)}"


def _date_words(local: datetime, language: Language) -> str:
    month = _MONTHS[language][local.month - 1]
    number = "1er" if language == "fr" and local.day == 1 else str(local.day)
    return f"{_DAYS[language][local.weekday()]} {number} {month} {local.year}"


def _time_words(local: datetime) -> str:
    return f"{local:%H:%M:%S}" if local.second else f"{local:%H:%M}"


def span_words(start: datetime, end: datetime, zone: str, language: Language) -> str:
    """A stretch of time; the UTC offsets are shown when they differ at its two ends."""
    local = [each.astimezone(load_zone(zone)) for each in (start, end)]
    changed = local[0].utcoffset() != local[1].utcoffset()
    shown = [
        f"{_time_words(each)} (UTC{each.isoformat()[19:]})" if changed else _time_words(each)
        for each in local
    ]
    if local[0].date() == local[1].date():
        return f"{_date_words(local[0], language)} {shown[0]} → {shown[1]}"
    dates = [_date_words(each, language) for each in local]
    return f"{dates[0]} {shown[0]} → {dates[1]} {shown[1]}"


def reason_words(line: LedgerLine, language: Language) -> str:
    """Why a line is counted or not: "jour férié : Noël"."""
    idle = line.why in {Why.PAUSED, Why.STOPPED}
    name = line.label.in_language(language) if line.label else line.cause if idle else ""
    base = WHY[line.why].in_language(language)
    return f"{base}{_colon(language)}{name}" if name else base


def line_words(line: LedgerLine, language: Language) -> str:
    """A line of the ledger in one sentence, without its calendar's name."""
    span = span_words(line.start, line.end, line.calendar.timezone, language)
    return f"{span} · {reason_words(line, language)} · {counted_words(line, language)}"


def counted_words(line: LedgerLine, language: Language) -> str:
    """What a line counted: "3 h", "non compté", or what it would have counted."""
    if line.counted_seconds:
        return duration_words(line.counted_seconds)
    left_out = duration_words(line.open_seconds)
    if language == "fr":
        return f"non compté ({left_out} d’ouverture)" if line.open_seconds else "non compté"
    return f"not counted ({left_out} of opening time)" if line.open_seconds else "not counted"


def reading_words(reading: ClockReading, zone: str, language: Language) -> str:
    """The reading in one sentence: what is counted, what is left, when it is due."""
    counted = duration_words(reading.elapsed_seconds)
    colon = _colon(language)
    head = f"compté{colon}{counted}" if language == "fr" else f"counted{colon}{counted}"
    if reading.remaining_seconds is None or reading.target_seconds is None:
        return head
    target = duration_words(reading.target_seconds)
    head += f" sur {target}" if language == "fr" else f" of {target}"
    if reading.breached_at is not None:
        late = duration_words(-reading.remaining_seconds)
        since = instant_words(reading.breached_at, zone, language)
        if language == "fr":
            return f"{head}, dépassé de {late} depuis le {since}"
        return f"{head}, exceeded by {late} since {since}"
    left = duration_words(reading.remaining_seconds)
    head += f", reste {left}" if language == "fr" else f", {left} left"
    if reading.due_at is None:
        return f"{head}, {_NO_DUE[reading.due].in_language(language)}"
    due = instant_words(reading.due_at, zone, language)
    return f"{head}, échéance le {due}" if language == "fr" else f"{head}, due {due}"


def _colon(language: Language) -> str:
    return f"{NARROW}: " if language == "fr" else ": "
