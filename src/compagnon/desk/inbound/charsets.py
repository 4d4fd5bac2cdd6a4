"""Bytes to text, whatever the character set says or fails to say.

What is declared is believed last: a strict reading that fits is better evidence than a label.
Sources: the WHATWG Encoding Standard for the labels that mean a larger set than they say.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable
from dataclasses import dataclass
from encodings.aliases import aliases

from compagnon.desk.inbound.guessing import guess


@dataclass(frozen=True, slots=True)
class Decoded:
    """A text, the codec that read it, and what was wrong (``""`` when nothing was).

    ``problem`` is one of ``charset_unknown``, ``charset_missing``, ``charset_wrong``,
    ``charset_double`` (encoded twice) and ``charset_damaged`` (some bytes could not be read).
    """

    text: str
    codec: str
    problem: str = ""


# A label that programs write for a set larger than its name; the larger one reads both.
LARGER = {
    "ascii": "cp1252",
    "latin_1": "cp1252",
    "iso8859_1": "cp1252",
    "iso8859_9": "cp1254",
    "iso8859_11": "cp874",
    "tis_620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "big5": "cp950",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "iso2022_jp": "iso2022_jp_2",
}
# Names seen in mail that Python's table does not hold.
NAMED = {
    "ksc5601": "cp949",
    "ks_c_5601": "cp949",
    "ks_c_5601_1987": "cp949",
    "ks_c_5601_1989": "cp949",
    "ks_x_1001": "cp949",
    "windows_31j": "cp932",
    "cp31j": "cp932",
    "x_sjis": "cp932",
    "sjis_win": "cp932",
    "cp943": "cp932",
    "cp936": "gb18030",
    "x_euc_jp": "euc_jp",
    "eucjp_ms": "euc_jp",
    "cp51932": "euc_jp",
    "cp50220": "iso2022_jp_2",
    "cp50221": "iso2022_jp_2",
    "iso_2022_jp_ms": "iso2022_jp_2",
    "x_gbk": "gb18030",
    "gb_2312": "gb18030",
    "gb_2312_80": "gb18030",
    "cn_gb": "gb18030",
    "cn_big5": "cp950",
    "x_x_big5": "cp950",
    "x_big5": "cp950",
    "x_mac_roman": "mac_roman",
    "x_mac_cyrillic": "mac_cyrillic",
    "ansi": "cp1252",
    "ansi_1252": "cp1252",
    "koi8": "koi8_r",
    "koi": "koi8_r",
    "koi8_ru": "koi8_u",
    "iso_8859_8_i": "cp1255",
    "iso_8859_8_e": "cp1255",
    "unicode_1_1_utf_7": "utf_7",
    "x_unicode_2_0_utf_7": "utf_7",
    "csunicode11utf7": "utf_7",
    "unicode_1_1_utf_8": "utf_8",
    "x_unicode_2_0_utf_8": "utf_8",
    "utf8mb4": "utf_8",
    "utf_8n": "utf_8",
    "utf8_mac": "utf_8",
    "utf_8_mac": "utf_8",
    "viscii": "cp1258",
}
# In Python's table, but no character set of a mail: they run code, or cost more than linear time.
NOT_TEXT = {
    "base64_codec", "bz2_codec", "hex_codec", "quopri_codec", "rot_13", "uu_codec", "zlib_codec",
    "idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "mbcs", "oem",
    "palmos", "charmap",
}  # fmt: skip
# Where an ISO label meets bytes 80 to 9F, the sender meant the Windows page beside it.
WINDOWS = {
    "iso8859_15": "cp1252",
    "iso8859_2": "cp1250",
    "iso8859_4": "cp1257",
    "iso8859_5": "cp1251",
    "iso8859_6": "cp1256",
    "iso8859_7": "cp1253",
    "iso8859_8": "cp1255",
    "iso8859_13": "cp1257",
}
MULTIBYTE = {"cp932", "cp949", "cp950", "gb18030", "euc_jp", "big5hkscs", "johab", "euc_jis_2004"}
ESCAPED = re.compile(r"(iso2022|hz|utf_7|utf_16|utf_32)")
ASCII = re.compile(r"(us-?)?ascii\b|ansi_x3|646\b", re.IGNORECASE)
C1 = re.compile(rb"[\x80-\x9f]")
TOGETHER = re.compile(r"[^\x00-\x7f]{2,}")
FOREIGN = re.compile(r"[^\x00-\x7f]")
DAMAGED = re.compile("\ufffd+")
HALVES = re.compile(rb"(?:\xed[\xa0-\xbf][\x80-\xbf])+")
# Enough that a strict reading as UTF-8 cannot be chance.
SURE = 8

KNOWN = {alias: name for alias, name in aliases.items() if name not in NOT_TEXT} | {
    name: name for name in aliases.values() if name not in NOT_TEXT
}


def _c1(error: UnicodeError) -> tuple[str, int]:
    """Read the five holes of windows-125x as the control characters they are in ISO 8859."""
    if isinstance(error, UnicodeDecodeError):
        return error.object[error.start : error.end].decode("latin-1"), error.end
    raise error


codecs.register_error("compagnon.c1", _c1)


def codec_of(label: str | None) -> str | None:
    """Give Python's name for a declared character set, or None when it names none.

    Names are looked up in a fixed table: Python's own lookup imports modules by that name and
    remembers each failure for ever, which a sender could feed.
    """
    if not label:
        return None
    plain = re.split(r"[;,\s]", label.strip(" \t'\"<>;"), maxsplit=1)[0].lower()[:60]
    plain = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")
    plain = re.sub(r"^(?:x_)?(?:windows|win|cp|ibm|dos)_?(\d{3,5})$", r"cp\1", plain)
    plain = re.sub(r"^(?:x_)?(?:iso)?_?8859_?(\d+)$", r"iso8859_\1", plain)
    for name in (plain, plain.removeprefix("x_"), plain.removeprefix("cs")):
        found = NAMED.get(name) or KNOWN.get(name)
        if found:
            return LARGER.get(found, found)
    return None


def says_ascii(label: str | None) -> bool:
    """Whether the label is one of US-ASCII, which programs write without looking."""
    return label is not None and ASCII.match(label.strip(" \t'\"")) is not None


def decode(data: bytes, label: str | None, *, hint: str | None = None) -> Decoded:
    """Read ``data`` as text; never fails.

    Args:
        data: the bytes, transfer encoding removed.
        label: the declared character set, if any.
        hint: another label of the same message, for when this one is missing or wrong.
    """
    if data.startswith(codecs.BOM_UTF8):
        return Decoded(data[3:].decode("utf-8", "replace"), "utf_8")
    codec = codec_of(label)
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) and b"\x00" in data[:200]:
        codec = "utf_16"
    if codec and ESCAPED.match(codec):
        return _decode_escaped(data, codec)
    if data.isascii():
        return _decode_ascii(data, label, codec)
    return _decode_foreign(data, label, codec, hint)


def _decode_ascii(data: bytes, label: str | None, codec: str | None) -> Decoded:
    if b"\x1b$" in data and (japanese := _strictly(data, "iso2022_jp_2")) is not None:
        return Decoded(japanese, "iso2022_jp_2", "charset_wrong")
    return Decoded(data.decode("ascii"), "ascii", _complaint(label, codec, needed=False))


def _decode_foreign(data: bytes, label: str | None, codec: str | None, hint: str | None) -> Decoded:
    complaint = _complaint(label, codec, needed=True)
    if says_ascii(label):
        codec, complaint = None, "charset_wrong"
    utf8 = _strictly(data, "utf_8")
    if utf8 is not None:
        strong = codec not in MULTIBYTE or len(FOREIGN.findall(utf8[:10_000])) >= SURE
        if strong or codec is None or _strictly(data, codec) is None:
            return _as_utf8(utf8, codec, codec or codec_of(hint), complaint)
    if codec and codec != "utf_8":
        return _as_declared(data, codec, complaint)
    mended = _mended(data)
    if _strictly(mended, "utf_8") is not None or _mostly_utf8(mended):
        return Decoded(mended.decode("utf-8", "replace"), "utf_8", "charset_damaged")
    return _as_guessed(data, codec_of(hint), complaint)


def _complaint(label: str | None, codec: str | None, *, needed: bool) -> str:
    if codec:
        return ""
    if label:
        return "charset_unknown"
    return "charset_missing" if needed else ""


def _strictly(data: bytes, codec: str) -> str | None:
    try:
        return data.decode(codec)
    except (UnicodeError, ValueError):
        return None


def _as_utf8(text: str, codec: str | None, hint: str | None, complaint: str) -> Decoded:
    """Accept a strict reading as UTF-8, undoing a second encoding that the label betrays."""
    if hint in MULTIBYTE and hint is not None:
        # The bytes of the declared set were taken for Latin-1 and encoded once more on the way.
        # Accents of a European language stand alone; two-byte characters stand side by side.
        foreign = len(FOREIGN.findall(text))
        together = sum(len(run) for run in TOGETHER.findall(text))
        try:
            inner = _strictly(text.encode("latin-1"), hint)
        except UnicodeEncodeError:
            inner = None
        if inner is not None and foreign >= SURE and together > 0.4 * foreign:
            return Decoded(inner, hint, "charset_double")
    if codec not in {None, "utf_8", "cp1252"}:
        return Decoded(text, "utf_8", "charset_wrong")
    return Decoded(text, "utf_8", complaint)


def _as_declared(data: bytes, codec: str, complaint: str) -> Decoded:
    if codec in WINDOWS and C1.search(data):
        return Decoded(data.decode(WINDOWS[codec], "compagnon.c1"), WINDOWS[codec], complaint)
    tries = [codec, "big5hkscs"] if codec == "cp950" else [codec]
    if codec == "euc_jp":
        tries.append("euc_jis_2004")
    for name in tries:
        text = _strictly(data, name)
        if text is not None:
            return Decoded(text, name, complaint)
    if codec.startswith("cp125"):
        return Decoded(data.decode(codec, "compagnon.c1"), codec, complaint)
    return Decoded(data.decode(codec, "replace"), codec, "charset_damaged")


def _as_guessed(data: bytes, hint: str | None, complaint: str) -> Decoded:
    found = guess(data)
    if found == "cp1252" and hint and hint != "utf_8" and not ESCAPED.match(hint):
        text = _strictly(data, hint)
        if text is not None:
            return Decoded(text, hint, complaint or "charset_wrong")
    return Decoded(data.decode(found, "compagnon.c1"), found, complaint or "charset_wrong")


def _mostly_utf8(data: bytes) -> bool:
    """Whether a few damaged places spoil what is otherwise UTF-8 (a cut, a pasted byte)."""
    text = data[:100_000].decode("utf-8", "replace")
    # One damaged place gives one mark for each of its bytes: places are what counts.
    places = len(DAMAGED.findall(text))
    return len(FOREIGN.findall(text)) - text.count("\ufffd") > 2 * places


def _mended(data: bytes) -> bytes:
    """Join the halves of surrogate pairs that were each encoded alone (CESU-8, as Java does)."""
    if b"\xed" not in data:
        return data
    # ED never continues a character: what these match was never anything else in UTF-8.
    return HALVES.sub(_joined, data)


def _joined(found: re.Match[bytes]) -> bytes:
    halves = found[0].decode("utf-8", "surrogatepass").encode("utf-16-le", "surrogatepass")
    return halves.decode("utf-16-le", "replace").encode("utf-8")


def _decode_escaped(data: bytes, codec: str) -> Decoded:
    """Read a set with shift states, or one where ASCII is not one byte."""
    readings: list[Callable[[], str]] = [lambda: data.decode(codec)]
    if codec.startswith("iso2022_jp"):
        if not data.isascii():
            # An 8-bit text under a 7-bit label: what it really is shows in its bytes.
            return Decoded(data.decode(guess(data), "compagnon.c1"), guess(data), "charset_wrong")
        readings.append(lambda: data.decode("iso2022_jp_ext"))
        # Circled digits and the like (row 13 of NEC) stand in JIS X 0213 at the same place.
        readings.append(lambda: data.replace(b"\x1b$B", b"\x1b$(Q").decode("iso2022_jp_2004"))
    for reading in readings:
        try:
            return Decoded(reading(), codec)
        except (UnicodeError, ValueError):
            continue
    if codec.startswith(("utf_16", "utf_32")) and b"\x00" not in data:
        # Named so by a program that converted the body and not the label.
        return decode(data, None)
    return Decoded(data.decode(codec, "replace"), codec, "charset_damaged")
