"""What Outlook packed into ``winmail.dat``, put in its place among the files of a message."""

from __future__ import annotations

from compagnon.desk.inbound import cleaning, enclosed, sniffing, tnef
from compagnon.desk.inbound.bodies import Body, Piece
from compagnon.desk.inbound.limits import Limits
from compagnon.desk.inbound.mail import Attachment, Defect
from compagnon.desk.inbound.structure import Part

TYPES = {"application/ms-tnef", "application/vnd.ms-tnef"}
NAME = "winmail.dat"


def unpack(body: Body, limits: Limits) -> None:
    """Replace each ``winmail.dat`` of ``body`` by its files; its text serves where there is none.

    It stays, after its files, where something in it was not read.
    """
    kept: list[tuple[Part, bool]] = []
    for part, related in body.files:
        opened = None
        if part.content_type in TYPES or part.name.lower() == NAME:
            room = max(0, limits.parts - len(body.files) - len(body.extracted))
            opened = tnef.read(part.content()[0], most=room)
        if opened is None:
            kept.append((part, related))
            continue
        _write_messages(opened)
        for one in opened.files:
            body.extracted.append(_attachment(one, len(body.extracted) + 1, limits))
        if not _read_text(body, opened, limits):
            body.defects.append(Defect("winmail_not_whole"))
            kept.append((part, related))
    body.files = kept


def _read_text(body: Body, opened: tnef.Opened, limits: Limits) -> bool:
    """Add its text to a body that has none; give whether nothing in it is left to read."""
    whole = opened.whole
    if body.empty:
        found, all_of_it = enclosed.text_of(opened)
        whole = whole and all_of_it
        if (text := cleaning.block(found)).strip():
            body.pieces.append(Piece(plain=text[: limits.text_chars]))
            whole = whole and len(text) <= limits.text_chars
    return whole


def _write_messages(opened: tnef.Opened) -> None:
    """Give each enclosed message the content of a file, the innermost first."""
    for one in opened.files:
        if one.message is not None:
            _write_messages(one.message)
            one.name, one.content = enclosed.as_file(one.message)
            one.media_type = "message/rfc822"


def _attachment(one: tnef.Enclosed, number: int, limits: Limits) -> Attachment:
    kind = sniffing.sniff(one.content)
    declared = cleaning.line(one.media_type, 150).lower()
    extension = sniffing.EXTENSIONS.get(declared) or sniffing.EXTENSIONS.get(kind) or "bin"
    return Attachment(
        name=cleaning.file_name(one.name, limits.name_chars) or f"outlook-{number}.{extension}",
        declared_type=declared or sniffing.UNKNOWN,
        media_type=kind,
        content=one.content,
        content_id=cleaning.line(one.content_id, 250) or None,
    )
