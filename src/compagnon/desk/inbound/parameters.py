"""Parameters of a header such as Content-Type (RFC 2045, RFC 2231), in any broken form."""

from __future__ import annotations

import re
from urllib.parse import unquote_to_bytes

from compagnon.desk.inbound import charsets, words

NAME = re.compile(r"[;\s]*([^\s=;\"]{1,80})\s*=\s*")
QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
# An unquoted encoded word may hold anything up to its end.
WORD = re.compile(r"=\?[^?\s]{1,60}\?[bBqQ]\?[^?]*\?=")
PIECE = re.compile(r"(?P<name>[^*]+)(?:\*(?P<index>\d{1,4}))?(?P<extended>\*)?")
MOST = 200


def split(value: str, hint: str | None = None) -> tuple[str, dict[str, str]]:
    """Split a header's unfolded value into its main value (lower case) and its parameters.

    Names are in lower case; continuations are joined, percent and word encodings undone. The
    first of two parameters of one name wins, and the encoded form wins over the plain one.
    """
    main, _, rest = value.partition(";")
    if "=" in main and "/" not in main.split("=", 1)[0]:
        main, rest = "", value
    elif len(parted := main.split(None, 1)) == 2 and "=" in parted[1]:
        # The semicolon was forgotten: "text/plain charset=utf-8".
        main, rest = parted[0], f"{parted[1]};{rest}"
    plain: dict[str, str] = {}
    pieces: dict[str, dict[int, tuple[str, bool]]] = {}
    for name, raw in _pairs(rest):
        found = PIECE.fullmatch(name)
        if found is None or (found["index"] is None and found["extended"] is None):
            plain.setdefault(name, words.decode(raw, hint))
        else:
            index = int(found["index"] or 0)
            place = pieces.setdefault(found["name"], {})
            place.setdefault(index, (raw, bool(found["extended"])))
    for name, parts in pieces.items():
        plain[name] = _joined(parts, hint)
    return main.strip().strip("\"'").lower(), plain


def _pairs(rest: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    position = 0
    while position < len(rest) and len(found) < MOST:
        match = NAME.match(rest, position)
        if match is None:
            step = rest.find(";", position + 1)
            if step < 0:
                break
            position = step
            continue
        value, position = _value(rest, match.end())
        found.append((match[1].lower(), value))
    return found


def _value(rest: str, position: int) -> tuple[str, int]:
    """Read one value: quoted, encoded without quotes, or bare up to the next semicolon."""
    quoted = QUOTED.match(rest, position)
    if quoted:
        end = rest.find(";", quoted.end())
        # Only what a quoted string needs is unescaped: Windows paths come with bare backslashes.
        return re.sub(r'\\(["\\])', r"\1", quoted[1]), end if end >= 0 else len(rest)
    word = WORD.match(rest, position)
    start = word.end() if word else position
    while word and (more := WORD.match(rest, start + _blank(rest, start))):
        start = more.end()
    end = rest.find(";", start)
    end = end if end >= 0 else len(rest)
    return rest[position:end].strip().strip('"'), end


def _blank(rest: str, start: int) -> int:
    return len(rest[start : start + 20]) - len(rest[start : start + 20].lstrip())


def _joined(parts: dict[int, tuple[str, bool]], hint: str | None) -> str:
    """Join continuations (RFC 2231 section 3); the charset stands in the first piece only."""
    ordered = [parts[index] for index in sorted(parts)]
    charset = ""
    first, extended = ordered[0]
    if extended and "'" not in first:
        first = first.replace("%27", "'", 2)
    if extended and first.count("'") >= 2:
        charset, _, first = first.split("'", 2)
        ordered[0] = (first, True)
    if not charset and not any(is_extended for _, is_extended in ordered):
        return words.decode("".join(raw for raw, _ in ordered), hint)
    data = b"".join(
        unquote_to_bytes(raw) if is_extended else raw.encode("utf-8", "surrogateescape")
        for raw, is_extended in ordered
    )
    return charsets.decode(data, charset or None, hint=hint).text
