"""The lines of a document, whatever its bytes: text of any encoding, or a PDF with a text layer."""

from __future__ import annotations

import codecs
import re
import unicodedata
from dataclasses import dataclass

from compagnon.titles.importing import limits
from compagnon.titles.importing.errors import Unreadable
from compagnon.titles.importing.labels import fold

BULLET = re.compile(r"^\s*(?:[-–—•·▪■□●○◦‣➢►✓*]|o(?=\s\s?[A-ZÀ-Ý]))\s+")
_SPACES = {"\u00a0": " ", "\u202f": " ", "\u2009": " ", "\u2007": " ", "\t": "    "}
_NOTHING = {"\u00ad": "", "\u200b": "", "\u200c": "", "\u200d": "", "\u2060": "", "\ufeff": ""}
_PLAIN = str.maketrans({**_SPACES, **_NOTHING, "\u2028": "\n", "\u2029": "\n"})
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")
_ENTITIES = {"&nbsp;": " ", "&amp;": "&", "&#39;": "'", "&quot;": '"', "&rsquo;": "’"}
_HASHES = re.compile(r"^\s{0,3}#{1,6}\s+")
# «(**)» is a mark, not bold.
_STRONG = re.compile(r"(?<![(\[*])\*\*(?![)\]*])|__(?=\S)|(?<=\S)__")


@dataclass(frozen=True, slots=True)
class Line:
    """A line: its number in the document from 1, and its text with common spaces.

    ``page`` counts from 1 in a PDF or a text with form feeds; 0 where pages are not known.
    """

    number: int
    text: str
    page: int = 0

    @property
    def folded(self) -> str:
        """The text without case, accents and punctuation."""
        return fold(self.text)

    @property
    def is_blank(self) -> bool:
        """Whether nothing is written on it."""
        return not self.text.strip()

    @property
    def is_row(self) -> bool:
        """Whether it is a row of a table drawn with bars."""
        text = self.text.strip()
        return text.startswith("|") and text.count("|") >= 2

    @property
    def bullet(self) -> bool:
        """Whether it opens with a bullet."""
        return bool(BULLET.match(self.text))

    @property
    def content(self) -> str:
        """The text without its bullet and the spaces around."""
        return BULLET.sub("", self.text).strip()


def text_of(content: bytes) -> str:
    """Decode a text: UTF-8 (with or without its mark), UTF-16 with its mark, or Windows-1252.

    Accents written apart are composed, spaces of every kind made common, invisible signs removed.

    Raises:
        Unreadable: it is over the limit, or no text at all.
    """
    if len(content) > limits.MAX_BYTES:
        raise Unreadable("too-large", f"over {limits.MAX_BYTES // limits.MIB} MiB")
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        text = content.decode("utf-16", errors="replace")
    else:
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = content.decode("cp1252", errors="replace")
    head = text[:4096]
    if head.count("\0") > len(head) // 50:
        raise Unreadable("not-text", "this is no text: bytes of another kind of file")
    text = text.replace("\r\n", "\n").replace("\r", "\n").translate(_PLAIN)
    return unicodedata.normalize("NFC", _CONTROL.sub("", text))


def lines_of(text: str) -> list[Line]:
    """Cut a text into lines, without the signs of Markdown for headings and bold.

    Raises:
        Unreadable: it has too many lines.
    """
    pages = text.split("\f")
    found: list[Line] = []
    number = 0
    for page, content in enumerate(pages, start=1):
        for raw in content.split("\n"):
            number += 1
            if number > limits.MAX_LINES:
                raise Unreadable("too-many-lines", f"over {limits.MAX_LINES} lines")
            found.append(Line(number, _clean(raw), page if len(pages) > 1 else 0))
    return found


def _clean(raw: str) -> str:
    text = raw[: limits.MAX_LINE].rstrip()
    text = _STRONG.sub("", _HASHES.sub("", text))
    for entity, char in _ENTITIES.items():
        if entity in text:
            text = text.replace(entity, char)
    return text.rstrip()


def squeeze(text: str) -> str:
    """Give the text with single spaces and none around."""
    return " ".join(text.split())


def cells_of(line: Line) -> list[str]:
    """Give the cells of a row drawn with bars."""
    inner = line.text.strip().strip("|")
    return [squeeze(cell.replace("<br>", " ").replace("<br/>", " ")) for cell in inner.split("|")]


def is_ruler(line: Line) -> bool:
    """Tell whether the row only separates a table's heading from its body."""
    return line.is_row and not re.sub(r"[|:\-=+\s]", "", line.text)


# --- paragraphs -----------------------------------------------------------------------------

# A line that ends so is not the end of what it says.
_OPEN = re.compile(
    r"(?:,|\(|/|['’]|[-–]|\b(?:de|du|des|d|la|le|les|l|à|au|aux|en|et|ou|un|une|son|sa|ses|leur|leurs"
    r"|par|pour|sur|dans|avec|sans|sous|vers|ce|cette|ces|qui|que|dont|the|of))$",
    re.IGNORECASE,
)
_HYPHEN = re.compile(r"([^\W\d_]+)-$")
_KEEPS_HYPHEN = {
    "savoir", "mi", "sous", "non", "auto", "socio", "peut", "celui", "celle", "c", "est", "vis",
    "mot", "compte", "rendez", "multi", "e", "n", "plate", "porte", "contre", "vice", "demi",
    "ci", "là", "avant", "après", "semi", "quasi", "ex", "pré", "post", "anti", "éco", "co",
}  # fmt: skip


def continues(previous: str, text: str) -> bool:
    """Tell whether a line goes on with what the one before it says."""
    if not previous:
        return False
    first = text.lstrip('«"“( ')[:1]
    if first and first.islower():
        return True
    if text[:1] in "(&/)»" or text[:1] in ",;:":
        return True
    return bool(_OPEN.search(previous.rstrip()))


def join(previous: str, text: str) -> str:
    """Put two lines of one sentence together, and a word that was cut between them."""
    previous, text = previous.rstrip(), text.lstrip()
    cut = _HYPHEN.search(previous)
    if cut and text[:1].islower():
        if cut[1].lower() in _KEEPS_HYPHEN:
            return previous + text
        return previous[:-1] + text
    if previous.endswith(("'", "’")):
        return previous + text
    return f"{previous} {text}"


def items(lines: list[Line]) -> list[tuple[str, int]]:
    """Give the items of a list, each with the number of its first line.

    Bullets, where the list has them, tell where items begin; else each line is an item unless it
    goes on with the one before. Blank lines and page breaks do not end an item that goes on.
    """
    written = [line for line in lines if not line.is_blank and not is_ruler(line)]
    bulleted = bool(written) and written[0].bullet
    found: list[tuple[str, int]] = []
    after_blank = False
    for line in lines:
        if line.is_blank or is_ruler(line):
            after_blank = True
            continue
        text = " ".join(one for one in cells_of(line) if one) if line.is_row else line.content
        text = squeeze(text)
        if not text:
            continue
        opens = line.bullet or not found
        if not opens:
            loose = bulleted and not after_blank
            opens = not (loose or continues(found[-1][0], text))
        if opens:
            found.append((text, line.number))
        else:
            found[-1] = (join(found[-1][0], text), found[-1][1])
        after_blank = False
    return found


def paragraphs(lines: list[Line]) -> str:
    """Give the prose of lines: sentences joined, paragraphs apart."""
    found: list[str] = []
    fresh = True
    for line in lines:
        if line.is_blank:
            fresh = True
            continue
        text = squeeze(line.text)
        if line.bullet:
            found.append(f"- {squeeze(line.content)}")
        elif found and (not fresh or continues(found[-1], text)):
            found[-1] = join(found[-1], text)
        else:
            found.append(text)
        fresh = False
    return "\n".join(found)
