"""Read what cells say: dates, prices, states, measures, in French and in English."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal, InvalidOperation

from compagnon.park.licensing.counting import folded

_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})")
_DAY_FIRST = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})")
_SHORT = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{2})(?!\d)")
_IN_WORDS = re.compile(r"(?:[a-z]+\.? )?(\d{1,2})(?:er|st|nd|rd|th)? ([a-z]+)\.?,? (\d{4})")
_MONTH_FIRST = re.compile(r"([a-z]+)\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})")
_MONTHS = (
    ("janvier", "janv", "january", "jan"), ("fevrier", "fevr", "fev", "february", "feb"),
    ("mars", "march", "mar"), ("avril", "avr", "april", "apr"), ("mai", "may"),
    ("juin", "june", "jun"), ("juillet", "juil", "july", "jul"), ("aout", "august", "aug"),
    ("septembre", "sept", "september", "sep"), ("octobre", "oct", "october"),
    ("novembre", "nov", "november"), ("decembre", "dec", "december"),
)  # fmt: skip
_MONTH_OF = {word: rank for rank, words in enumerate(_MONTHS, start=1) for word in words}
_EMPTY = frozenset({"", "-", "n/a", "null", "none", "0000-00-00", "&nbsp;"})


class Unread(ValueError):
    """A cell that does not say what its column should; its text is the reason's word."""


def empty(text: str) -> bool:
    """Tell whether a cell says nothing."""
    return folded(text) in _EMPTY


def day(text: str) -> date:
    """Read a date: ISO, day first as in French, or in words; a time after it is left.

    «2026-03-15», «15/03/2026», «15/03/26», «15 mars 2026», «1er avril 2026», “March 15, 2026”.

    Raises:
        Unread: it is no date.
    """
    if found := _ISO.match(text):
        year, month, number = (int(one) for one in found.groups())
    elif found := _DAY_FIRST.match(text):
        number, month, year = (int(one) for one in found.groups())
    elif found := _SHORT.match(text):
        number, month, year = (int(one) for one in found.groups())
        # A warranty may end in 2040, a purchase be of 1998.
        year += 2000 if year < 70 else 1900
    else:
        number, month, year = _in_words(folded(text))
    try:
        return date(year, month, number)
    except ValueError:
        raise Unread("date") from None


def _in_words(text: str) -> tuple[int, int, int]:
    if found := _IN_WORDS.match(text):
        number, word, year = found.groups()
    elif found := _MONTH_FIRST.match(text):
        word, number, year = found.groups()
    else:
        raise Unread("date")
    if word not in _MONTH_OF:
        raise Unread("date")
    return int(number), _MONTH_OF[word], int(year)


def money(text: str) -> Decimal:
    """Read a price, in French («1 234,50 €») or in English (“1,234.50”).

    Raises:
        Unread: it is no price, or a negative one.
    """
    bare = re.sub(r"[\s\u00a0\u202f€$£]|EUR|HT|TTC", "", text)
    if "," in bare and "." in bare:
        last = max(bare.rfind(","), bare.rfind("."))
        bare = re.sub(r"[,.]", "", bare[:last]) + "." + bare[last + 1 :]
    else:
        bare = bare.replace(",", ".")
    try:
        amount = Decimal(bare)
    except InvalidOperation:
        raise Unread("price") from None
    if not amount.is_finite() or not 0 <= amount < Decimal(10) ** 9:
        raise Unread("price")
    return amount.quantize(Decimal("0.01"))


def whole(text: str) -> int:
    """Read a whole number above zero.

    Raises:
        Unread: it is none.
    """
    bare = re.sub(r"[\s\u00a0\u202f]", "", text)
    if not bare.isascii() or not bare.isdecimal() or len(bare) > 8 or int(bare) == 0:
        raise Unread("number")
    return int(bare)


_STATES = {
    "ordered": ("ordered", "commande", "en commande", "on order", "to receive"),
    "stock": ("stock", "in stock", "en stock", "spare", "available", "disponible", "reserve"),
    "use": (
        "use", "in use", "en service", "en production", "production", "in production", "utilise",
        "used", "actif", "active", "deployed", "deploye", "affecte", "assigned",
    ),
    "repair": (
        "repair", "in repair", "en reparation", "reparation", "maintenance", "en panne", "broken",
        "sav", "out of order",
    ),
    "retired": (
        "retired", "retire", "hors service", "reforme", "a reformer", "obsolete", "decommissioned",
    ),
    "disposed": ("disposed", "disposed of", "mis au rebut", "rebut", "recycle", "cede", "scrapped"),
}  # fmt: skip
_STATE_OF = {word: state for state, words in _STATES.items() for word in words}
_METRICS = {
    "user": ("user", "utilisateur", "par utilisateur", "per user", "nominatif", "named user"),
    "device": ("device", "poste", "par poste", "per device", "machine", "appareil", "oem"),
    "core": ("core", "coeur", "par coeur", "per core", "processor core"),
    "concurrent": ("concurrent", "flottante", "floating", "simultane", "concurrente"),
    "subscription": ("subscription", "abonnement", "saas"),
}
_METRIC_OF = {word: metric for metric, words in _METRICS.items() for word in words}


def state(text: str) -> str:
    """Give our word for a state.

    Raises:
        Unread: it is none that we know.
    """
    found = _STATE_OF.get(folded(text))
    if found is None:
        raise Unread("state")
    return found


def metric(text: str) -> str:
    """Give our word for what a licence covers.

    Raises:
        Unread: it is none that we know.
    """
    found = _METRIC_OF.get(folded(text).replace("œ", "oe"))
    if found is None:
        raise Unread("metric")
    return found
