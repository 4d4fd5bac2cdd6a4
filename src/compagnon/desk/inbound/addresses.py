"""Addresses in headers (RFC 5322 section 3.4), as people and programs really write them.

The standard library's reader glues ``Big Bug bb@bug.com`` into one address that does not exist;
here a word with an at sign is the address, and the rest is the name.
"""

from __future__ import annotations

import re

from compagnon.desk.inbound import cleaning, words
from compagnon.desk.inbound.mail import Address

ANGLE = re.compile(r"<([^<>]*)>")
BARE = re.compile(
    r"(?<!@)[^\s<>\"',;:()\[\]\\@]+@(?:\[[^\]\s]{1,80}\]|[^\s<>\"',;:()\[\]\\@]+)(?!@)"
)
SPACED = re.compile(r"\s*([.@])\s*")
SPREAD = re.compile(r"\S\s+[.@]\s*\S|\S\s*@\s+\S")
COMMENT = re.compile(r"\(([^()]*)\)")
# What may hold a separator that is none, or is one; a quote or an angle that never closes, nothing.
UNQUOTED = re.compile(r"<[^<>]{0,1000}>|[(),;]")
TOKEN = re.compile(r'"(?:[^"\\]|\\.){0,1000}"|' + UNQUOTED.pattern, re.DOTALL)
QUOTE = re.compile(r'(?<!\\)"')
GROUP = re.compile(r"^[^<>@\"]*:")
DOMAIN = r"(?:\[[0-9A-Za-z:.]{1,80}\]|[\w-]{1,63}(?:\.[\w-]{1,63}){0,20}\.?)"
VALID = re.compile(r"[^\s@<>\"(),:;\[\]\\\x00-\x1f\x7f]{1,128}@" + DOMAIN)
QUOTED_LOCAL = re.compile(r'"(?:[^"\\\r\n]|\\.){1,126}"@' + DOMAIN)
NAME_CHARS = 200
LONGEST = 2_000
"""Of one address with its name and comments; longer is no address, and costs the square."""


def parse(value: str, *, limit: int = 500, hint: str | None = None) -> list[Address]:
    """Read the addresses of an unfolded header value; whatever is none is left out.

    Encoded words are read after the split, since ``=?utf-8?B?Rm9vLCBCYXI=?=`` holds a comma.
    """
    found: list[Address] = []
    surname = ""
    for chunk in _chunks(value, limit):
        address = _address(chunk, hint)
        if address is None:
            # "Martin, Anne <a@x.fr>" without quotes: the first half of a name, if of anything.
            plain = chunk.strip()
            surname = plain if len(plain) < 60 and not re.search("[@:<>]", plain) else ""
            continue
        if surname and address.name and "<" in chunk:
            family = cleaning.line(words.decode(surname, hint), NAME_CHARS).strip("\"' ")
            address = Address(f"{family}, {address.name}", address.address)
        found.append(address)
        surname = ""
    return found


def _chunks(value: str, limit: int) -> list[str]:
    """Cut at commas and semicolons that stand outside quotes, comments and angle brackets."""
    # A quote that never closes would swallow the rest: none is one, then.
    token = UNQUOTED if len(QUOTE.findall(value)) % 2 else TOKEN
    chunks: list[str] = []
    start = depth = 0
    for found in token.finditer(value):
        char = found[0]
        if char == "(":
            depth += 1
        elif char == ")":
            depth = max(0, depth - 1)
        elif char in ",;" and not depth:
            chunks.append(value[start : found.start()])
            start = found.end()
            if len(chunks) >= limit:
                return chunks
        elif char[-1] == ">":
            depth = 0
    chunks.append(value[start:])
    return chunks


def _address(chunk: str, hint: str | None) -> Address | None:
    chunk = chunk.strip()
    if not chunk or len(chunk) > LONGEST:
        return None
    angles = ANGLE.findall(chunk)
    if angles:
        inside = next((text for text in reversed(angles) if "@" in text), angles[-1])
        name = chunk[: chunk.find("<")]
        address = _inside(words.decode(inside, hint))
        if address:
            return Address(_name(GROUP.sub("", name), chunk, hint), address)
        chunk = ANGLE.sub(" ", chunk)
    bare = COMMENT.sub(" ", words.decode(chunk, hint).replace("mailto:", " "))
    if SPREAD.search(bare):
        bare = SPACED.sub(r"\1", GROUP.sub("", bare))
    found = QUOTED_LOCAL.findall(bare) or BARE.findall(bare)
    if not found:
        return None
    address = _inside(found[-1])
    if not address:
        return None
    rest = chunk.replace(found[-1], " ") if found[-1] in chunk else ""
    return Address(_name(GROUP.sub("", rest), chunk, hint), address)


def _inside(text: str) -> str | None:
    """Clean what stood between angle brackets; None when it is no address."""
    text = cleaning.line(COMMENT.sub("", text), 1_000).removeprefix("mailto:")
    if QUOTED_LOCAL.fullmatch(text):
        local, _, domain = text.rpartition("@")
        return f"{local}@{domain.lower()}"
    text = SPACED.sub(r"\1", text).strip(" '\"")
    if text.startswith("@") and ":" in text:  # a route (RFC 5322 section 4.4)
        text = text.rpartition(":")[2]
    if not VALID.fullmatch(text) or len(text) > 320:
        return None
    local, _, domain = text.rpartition("@")
    return f"{local}@{domain.lower().rstrip('.')}"


def _name(text: str, chunk: str, hint: str | None) -> str:
    name = COMMENT.sub(" ", text).strip()
    if name.startswith('"') and name.endswith('"') and len(name) > 1:
        name = name[1:-1]
    name = re.sub(r'\\(["\\])', r"\1", name)
    if not name:
        comment = COMMENT.search(chunk)
        name = comment[1] if comment else ""
    return cleaning.line(words.decode(name, hint), NAME_CHARS).strip(" \"'<>")
