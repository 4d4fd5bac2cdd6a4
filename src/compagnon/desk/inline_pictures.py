"""A mail's own pictures, shown where its author put them."""

from __future__ import annotations

import base64
import re

from compagnon.core import files
from compagnon.desk.models import Attachment, Message

PICTURES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
PICTURES_MAX = 3 * 1024 * 1024
CID = re.compile(r'src="cid:([^"]{1,250})"')


def with_pictures(message: Message) -> str:
    """Give the message's HTML with its own inline pictures in it.

    The frame that shows it is sandboxed and signs in nowhere, so pictures travel inside, as
    ``data:``; past 3 MB in all they are left out, and stay among the attachments.
    """
    rows: dict[str, Attachment] = {
        row.content_id: row
        for row in message.attachments.all()
        if row.content_id and row.file.media_type.startswith("image/")
    }
    left = PICTURES_MAX

    def picture(match: re.Match[str]) -> str:
        nonlocal left
        row = rows.get(match[1])
        if row is None or row.file.size > left or row.file.media_type not in PICTURES:
            return 'src=""'
        left -= row.file.size
        with files.open_file(row.file) as stream:
            content = base64.b64encode(stream.read()).decode()
        return f'src="data:{row.file.media_type};base64,{content}"'

    return CID.sub(picture, message.html)
