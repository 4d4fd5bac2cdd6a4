"""Numbers, times and names as a person reads them, in the language in force. Pure: no request."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from zlib import crc32

from django.utils import timezone
from django.utils.dates import MONTHS
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext, ngettext, pgettext

# Between a number and its unit nothing may break.
GAP = "\u00a0"
MINUS = "\u2212"
TINTS = ("blue", "azure", "indigo", "purple", "pink", "red", "orange", "teal", "green", "cyan")


def duration(seconds: float | timedelta | None) -> str:
    """Say a length of time: «45 s», «12 min», «2 h 05», «125 h 30»; never in days.

    A day of a contract's calendar is not 24 hours, so hours are counted on.
    """
    if seconds is None:
        return ""
    if isinstance(seconds, timedelta):
        seconds = seconds.total_seconds()
    sign = MINUS if seconds < 0 else ""
    whole = int(abs(seconds))
    if whole < 60:
        return f"{sign}{whole}{GAP}s" if whole else f"0{GAP}s"
    minutes = whole // 60
    if minutes < 60:
        return f"{sign}{minutes}{GAP}min"
    hours, minutes = divmod(minutes, 60)
    said = number_format(hours, use_l10n=True, force_grouping=True)
    return f"{sign}{said}{GAP}h" + (f"{GAP}{minutes:02d}" if minutes else "")


def full_time(moment: datetime) -> str:
    """Say a moment in local time with its zone: «12 mars 2026, 14:05 CET»."""
    local = timezone.localtime(moment)
    # Not date_format: it parses its pattern again for each of the hundred times of a list.
    return f"{local.day} {MONTHS[local.month]} {local.year}, {local:%H:%M %Z}"


def short_time(moment: datetime) -> str:
    """Say a moment in local time, in figures: «12/03/2026 14:05»."""
    local = timezone.localtime(moment)
    return f"{local:%d/%m/%Y %H:%M}"


def relative_time(moment: datetime, now: datetime | None = None) -> str:
    """Say a moment from now: «5 min ago», «yesterday at 14:05», «in 2 h»; a date beyond a week."""
    now = now or timezone.now()
    ahead = moment > now
    away = abs((moment - now).total_seconds())
    if away < 60:
        return gettext("in a moment") if ahead else gettext("just now")
    if away < 12 * 3600:
        said = f"{int(away // 60)}{GAP}min" if away < 3600 else f"{int(away // 3600)}{GAP}h"
        return (gettext("in %(time)s") if ahead else gettext("%(time)s ago")) % {"time": said}
    days = (timezone.localtime(moment).date() - timezone.localtime(now).date()).days
    at = {"time": f"{timezone.localtime(moment):%H:%M}"}
    near = {
        -1: gettext("yesterday at %(time)s"),
        0: gettext("today at %(time)s"),
        1: gettext("tomorrow at %(time)s"),
    }
    if days in near:
        return near[days] % at
    if -7 < days < 0:
        return ngettext("%(days)s day ago", "%(days)s days ago", -days) % {"days": -days}
    if 0 < days < 7:
        return ngettext("in %(days)s day", "in %(days)s days", days) % {"days": days}
    return date_format(timezone.localtime(moment), pgettext("date in a list", "j N Y"))


def initials(name: str) -> str:
    """Give at most two letters for a person: the first name's and the last name's."""
    words: list[str] = re.findall(r"[^\W\d_]+", name)
    if not words:
        return "?"
    return (words[0][0] + (words[-1][0] if len(words) > 1 else "")).upper()


def tint(name: str) -> str:
    """Give a colour's name, always the same for the same name."""
    return TINTS[crc32(name.encode()) % len(TINTS)]


def size(count: int | None) -> str:
    """Say a number of bytes: «312 o», «1,4 Mo»; in units of 1000, as disks and mail count."""
    if count is None:
        return ""
    units = (gettext("B"), gettext("kB"), gettext("MB"), gettext("GB"))
    value = float(count)
    for unit in units:
        if value < 999.5 or unit == units[-1]:
            break
        value /= 1000
    places = 0 if value >= 100 or round(value, 1) == round(value) else 1
    return f"{number_format(round(value, places), places, use_l10n=True)}{GAP}{unit}"


def binary_size(count: int) -> str:
    """Say a number of bytes in units of 1024, as memory and systems count: «16 Gio»."""
    units = (gettext("KiB"), gettext("MiB"), gettext("GiB"), gettext("TiB"))
    value = float(count) / 1024
    for unit in units:
        if value < 1023.5 or unit == units[-1]:
            break
        value /= 1024
    places = 0 if value >= 100 or round(value, 1) == round(value) else 1
    return f"{number_format(round(value, places), places, use_l10n=True)}{GAP}{unit}"


# The first that is found names the browser: most say they are several.
BROWSERS = (
    ("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("HeadlessChrome/", "Chrome"),
    ("Chrome/", "Chrome"), ("Safari/", "Safari"), ("curl/", "curl"),
)  # fmt: skip
SYSTEMS = (
    ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"),
    ("Mac OS X", "macOS"), ("Linux", "Linux"),
)  # fmt: skip


def browser(user_agent: str) -> str:
    """Name the browser and system of a ``User-Agent`` header: «Firefox, Windows»."""
    program = next((name for mark, name in BROWSERS if mark in user_agent), "")
    system = next((name for mark, name in SYSTEMS if mark in user_agent), "")
    return ", ".join(part for part in (program, system) if part) or gettext("Unknown browser")
