"""Texts made safe to store and to show: no control character, NUL, or half of a surrogate pair."""

from __future__ import annotations

import re
import unicodedata

# Controls but tab and line feed; DEL; C1; the byte order mark; non-characters.
CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ufeff\ufffe\uffff]")
# Marks that reverse what is shown: "facture\u202Efdp.exe" reads "factureexe.pdf".
DIRECTION = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
# In a text of many lines the plain marks stay: Arabic and Hebrew are written with them.
REVERSAL = re.compile("[\u202a-\u202e\u2066-\u2069]")
INVISIBLE = re.compile("[\u00ad\u200b\u2060\u180e]")
SPACES = re.compile(r"\s+")
BREAKS = re.compile("\r|\x0b|\x0c|\x1c|\x1d|\x1e|\x85|\u2028|\u2029")
BLANKS = re.compile(r"\n{4,}")
FORBIDDEN = re.compile(r'[\\/:*?"<>|]')
RESERVED = re.compile(r"^(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)


def storable(text: str) -> str:
    """Replace halves of surrogate pairs, which no database takes."""
    return text.encode("utf-8", "replace").decode("utf-8") if not text.isascii() else text


def line(text: str, limit: int) -> str:
    """Make one line of ``text``: white space folded, nothing invisible, ``limit`` characters."""
    text = SPACES.sub(" ", text[: limit * 8])
    text = INVISIBLE.sub("", DIRECTION.sub("", CONTROL.sub("", text)))
    text = storable(text).strip()
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def block(text: str) -> str:
    """Make lines of ``text``: one kind of line end, and no control but tab."""
    return storable(CONTROL.sub("", BREAKS.sub("\n", _one_break(text))))


def _one_break(text: str) -> str:
    # Relays that convert line ends twice leave two carriage returns.
    return text.replace("\r\r\n", "\n").replace("\r\n", "\n")


def tidy(text: str) -> str:
    """Drop what reverses a text, blanks that end lines (but a signature's ``-- ``), blank lines."""
    text = REVERSAL.sub("", text)
    lines = (one if one == "-- " else one.rstrip() for one in text.split("\n"))
    return BLANKS.sub("\n\n\n", "\n".join(lines)).strip("\n")


def file_name(name: str, limit: int) -> str:
    """Make a name that no system takes for a path, a device or a hidden file; may be empty."""
    name = unicodedata.normalize("NFC", line(name, 2_000)).replace("\\", "/")
    name = name.rstrip("/").rpartition("/")[2]
    name = FORBIDDEN.sub("_", name).strip(" .")
    if RESERVED.match(name):
        name = f"_{name}"
    if len(name) <= limit:
        return name
    stem, dot, extension = name.rpartition(".")
    if not dot or len(extension) > 10:
        return name[:limit].rstrip(" .")
    return f"{stem[: limit - len(extension) - 1].rstrip(' .')}.{extension}"
