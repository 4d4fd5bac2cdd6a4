"""What ``people`` decides without the database: folding names, reading addresses and numbers."""

from __future__ import annotations

import re
import unicodedata

MAX_DEPTH = 12
_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ı": "i"})
_WORD = re.compile(r"\w+")
_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?")
# RFC 5321 4.1.2 and RFC 6531: an unquoted local part; letters beyond ASCII are allowed.
_LOCAL_PART = re.compile(r"[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*")


def fold(text: str) -> str:
    """Give the text without case, accents or ligatures: «Œuvré» becomes «oeuvre»."""
    # Twice: a letter that is only decomposed into a capital needs its case folded then.
    for _turn in range(2):
        text = unicodedata.normalize("NFKD", text.casefold())
    lowered = text.translate(_LIGATURES)
    return "".join(char for char in lowered if not unicodedata.combining(char))


def words(text: str) -> list[str]:
    """Give the folded words of a text, in order, each once and at most 80 characters long."""
    found = _WORD.findall(fold(text).replace("_", " "))
    return list(dict.fromkeys(word[:80] for word in found))


def search_name(first_name: str, last_name: str) -> str:
    """Give the folded «last first» by which persons are sorted and found; 170 characters."""
    return " ".join(_WORD.findall(fold(f"{last_name} {first_name}")))[:170]


def normal_domain(text: str) -> str | None:
    """Give a mail domain in lower case and ASCII (IDNA); ``None`` if it cannot be one."""
    name = text.strip().rstrip(".").lower()
    try:
        name = name.encode("idna").decode("ascii") if not name.isascii() else name
    except UnicodeError:
        return None
    labels = name.split(".")
    if len(name) > 253 or len(labels) < 2 or not all(map(_LABEL.fullmatch, labels)):
        return None
    return name


def normal_email(text: str) -> str | None:
    """Give a mail address in lower case; ``None`` if it cannot be one.

    The local part is folded to lower case too: no living system tells two mailboxes apart by it.
    """
    local, at, domain = text.strip().rpartition("@")
    # A domain of one word is legal inside a company's network.
    host = normal_domain(domain) or (domain.lower() if _LABEL.fullmatch(domain.lower()) else None)
    if not at or host is None or len(local) > 64 or not _LOCAL_PART.fullmatch(local):
        return None
    return f"{local.lower()}@{host}"


def domains_above(address: str) -> list[str]:
    """Give the domains that may own a mail address, nearest first: ``a.b.fr``, ``b.fr``."""
    labels = address.rpartition("@")[2].lower().split(".")
    return [".".join(labels[start:]) for start in range(len(labels) - 1)][:8]


def normal_phone(text: str, *, country: str = "33") -> str | None:
    """Give a phone number as ``+`` and digits (E.164), or bare digits for an inside extension.

    A national number (``01 23 45 67 89``) is taken in ``country``, a calling code. ``None`` if it
    cannot be a number. ``(0)`` after a country code is the national prefix and is dropped.
    """
    text = text.strip()
    digits = re.sub(r"\D", "", text.replace("(0)", "") if text.startswith(("+", "00")) else text)
    if re.search(r"[^\d\s().+/-]", text.replace(" ", " ").replace(" ", " ")):
        return None
    if text.startswith("+"):
        number = digits
    elif digits.startswith("00"):
        number = digits[2:]
    elif digits.startswith("0") and len(digits) >= 9:
        number = country + digits[1:]
    elif 2 <= len(digits) <= 6:
        return digits  # an extension, or a short number such as 3949
    else:
        return None
    return f"+{number}" if 7 <= len(number) <= 15 else None


def written_phone(value: str, *, country: str = "33") -> str:
    """Give a kept number as it is read aloud: «01 23 45 67 89», «+44 2079460958»."""
    home = f"+{country}"
    if value.startswith(home) and len(value) == len(home) + 9:
        national = f"0{value[len(home) :]}"
        return " ".join(national[at : at + 2] for at in range(0, 10, 2))
    return value


def beginning_of_phone(text: str, *, country: str = "33") -> str | None:
    """Give how the numbers that begin as typed are kept; ``None`` if it is not a number.

    At least three digits: «01» alone would be a third of all numbers.
    """
    digits = re.sub(r"[\s.()/-]", "", text)
    if not re.fullmatch(r"\+?\d{3,15}", digits):
        return None
    if digits.startswith("+"):
        return digits
    if digits.startswith("00"):
        return f"+{digits[2:]}"
    return f"+{country}{digits[1:]}" if digits.startswith("0") else digits


def split_name(full: str) -> tuple[str, str]:
    """Split a displayed name into first and last name.

    «DURAND Marie», «Durand, Marie» and «Marie Durand» all give («Marie», «Durand») but for the
    case that was written; a single word is a last name.
    """
    full = " ".join(full.replace("\x00", "").split())[:160]
    if "," in full:
        last, _, first = (part.strip() for part in full.partition(","))
        return first[:80], last[:80]
    parts = full.split(" ")
    capitals = [part for part in parts if part.isupper() and len(part) > 1]
    if capitals and len(capitals) < len(parts):
        first = " ".join(part for part in parts if part not in capitals)
        return first[:80], " ".join(capitals).title()[:80]
    return " ".join(parts[:-1])[:80], parts[-1][:80]


def name_from_address(address: str) -> str:
    """Guess a displayed name from a mail address: ``marie.durand@…`` gives «Marie Durand»."""
    local = address.partition("@")[0].partition("+")[0]
    return " ".join(part.capitalize() for part in re.split(r"[._-]+", local) if part) or address


def child_path(parent_path: str | None, key: int) -> str:
    """Give the path of the organisation ``key`` below ``parent_path`` (``None``: a root)."""
    return f"{parent_path or '/'}{key}/"


def keys_of(path: str) -> list[int]:
    """Give the keys of a path, root first."""
    return [int(part) for part in path.split("/") if part]


def is_within(path: str, top: str) -> bool:
    """Tell whether ``path`` is ``top`` or below it."""
    return path.startswith(top)
