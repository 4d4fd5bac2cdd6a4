"""Header blocks: where they end, what they hold, and the values in them that need care."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_tz
from hashlib import sha256

from compagnon.desk.inbound import charsets, cleaning, words
from compagnon.desk.inbound.errors import Unreadable
from compagnon.desk.inbound.limits import Limits

FIELD = re.compile(rb"([!-9;-~]{1,100})[ \t]*:")
# A line that is one of these goes on with the headers; "Note: the printer..." starts a body.
KNOWN = re.compile(
    rb"(?:from|sender|reply-to|to|cc|bcc|subject|date|message-id|in-reply-to|references|received|"
    rb"return-path|mime-version|delivered-to|envelope-to|importance|priority|precedence|"
    rb"organi[sz]ation|user-agent|thread-[a-z]+|content-[a-z-]+|x-[!-9;-~]+|list-[a-z-]+|"
    rb"resent-[a-z-]+|arc-[a-z-]+|dkim-[a-z-]+|domainkey-signature|authentication-results|"
    rb"received-spf|auto-submitted|accept-language|errors-to|disposition-notification-to|"
    rb"comments|keywords|status)[ \t]*:",
    re.IGNORECASE,
)
FOLD = re.compile(rb"[\r\n]+[ \t]*")
ENVELOPE_LINE = re.compile(rb">?From ")
IDENTIFIER = re.compile(r"<([^<>]{1,1000})>")
BETWEEN = re.compile(r"[\s<>,;\"()]+")
COMMENT = re.compile(r"\([^()]*\)")
RAW_CHARS = 100_000


@dataclass(frozen=True, slots=True)
class Block:
    """The fields of a header block, unfolded, names in lower case; and where its body starts."""

    fields: tuple[tuple[str, bytes], ...]
    body: int
    problems: tuple[str, ...] = ()

    def first(self, name: str) -> bytes:
        """Give the first value of ``name`` that is not empty, or nothing."""
        return next((value for key, value in self.fields if key == name and value.strip()), b"")


def read_block(raw: bytes, start: int, end: int, limits: Limits, *, root: bool = False) -> Block:
    """Read the header block that starts at ``start``.

    A line that is no header and no continuation ends the block, unless known headers follow it:
    then it belongs to the field before it. At the root, blank lines and an mbox envelope line
    before the first header are skipped.

    Raises:
        Unreadable: the block is over the limits.
    """
    position = _skip_blank(raw, start, end) if root else start
    fields: list[tuple[str, bytearray]] = []
    problems: list[str] = []
    while position < end:
        following = raw.find(b"\n", position, end) + 1 or end
        line = raw[position:following].rstrip(b"\r\n")
        if following - start > limits.header_bytes or len(fields) > limits.fields:
            raise Unreadable(
                "headers_too_large", f"a header block is over {limits.header_bytes} bytes"
            )
        if not line:
            position = following
            break
        match = FIELD.match(line)
        if line[:1] in b" \t" and fields and (line.strip() or _resumes(raw, following, end)):
            fields[-1][1].extend(b" " + line.strip())
        elif match:
            fields.append((match[1].decode("ascii").lower(), bytearray(line[match.end() :])))
        elif root and not fields and ENVELOPE_LINE.match(line):
            pass
        elif _resumes(raw, following, end):
            problems.append("header_malformed")
            if fields:
                fields[-1][1].extend(b" " + line.strip())
        else:
            # The blank line was forgotten: what follows is the body, this line included.
            if line.strip():
                problems.append("header_end_missing")
            break
        position = following
    else:
        position = end
    return Block(
        tuple((name, bytes(value).strip()) for name, value in fields), position, tuple(problems)
    )


def _skip_blank(raw: bytes, start: int, end: int) -> int:
    position = start
    while position < end and position - start < 10_000:
        following = raw.find(b"\n", position, end) + 1 or end
        if raw[position:following].strip():
            break
        position = following
    return position


def _resumes(raw: bytes, position: int, end: int) -> bool:
    """Whether the next line that continues nothing is a header that mail programs write."""
    for _ in range(8):
        following = raw.find(b"\n", position, end) + 1 or end
        line = raw[position : min(following, position + 1000)]
        if not line.strip():
            return False
        if line[:1] not in b" \t":
            return KNOWN.match(line) is not None
        position = following
    return False


def text_of(value: bytes, hint: str | None = None) -> str:
    """Read a raw value: 8-bit characters in whatever set, white space as it came."""
    return charsets.decode(FOLD.sub(b" ", value[:RAW_CHARS]), None, hint=hint).text


def line_of(value: bytes, limit: int, hint: str | None = None) -> str:
    """Read a raw value as one line for a person, encoded words included."""
    return cleaning.line(words.decode(text_of(value, hint), hint), limit)


def identifiers(value: bytes, limit: int) -> tuple[str, ...]:
    """Give the message identifiers of In-Reply-To or References, without brackets, in order.

    Old programs put a phrase or an address there too: only what stands in brackets counts,
    unless there is none. Of too many, the last ones (the nearest) are kept, and the first.
    """
    text = text_of(value)
    found = [one for raw in IDENTIFIER.findall(text) if (one := normalise_identifier(raw))]
    if not found:
        bare = (raw for raw in BETWEEN.split(text) if "@" in raw.strip("@"))
        found = [one for raw in bare if (one := normalise_identifier(raw))]
    unique = list(dict.fromkeys(found))
    return tuple(unique if len(unique) <= limit else unique[:1] + unique[1 - limit :])


def message_identifier(value: bytes) -> str | None:
    """Give the Message-ID without brackets, or None when there is none worth the name."""
    text = text_of(value)
    found = IDENTIFIER.search(text)
    return normalise_identifier(found[1] if found else text.strip("<> \t"))


def normalise_identifier(text: str) -> str | None:
    """Drop comments and white space inside an identifier; shorten a monstrous one by its hash."""
    plain = cleaning.line(COMMENT.sub("", text), 2_000)
    plain = re.sub(r"\s+", "", plain)
    if len(plain) > 250:
        return f"{plain[:180]}~{sha256(plain.encode()).hexdigest()[:32]}"
    return plain or None


def date_of(value: bytes) -> datetime | None:
    """Read the Date header; None when no date can be told. Without a zone, it is in UTC."""
    text = text_of(value)[:200]
    try:
        fields = parsedate_tz(re.sub(r"\s*:\s*", ":", COMMENT.sub("", text)))
        if fields is None:
            return None
        offset = timezone(timedelta(seconds=fields[9])) if fields[9] else UTC
        moment = datetime(*fields[:6], tzinfo=offset)
    except (ValueError, TypeError, IndexError, OverflowError):
        # The standard reader fails in each of these ways on some malformed date.
        return None
    # Far years are forgeries, and no longer fit every zone once shifted.
    return moment if 1900 <= moment.year <= 2200 else None
