"""Writing a text on a ticket, with what is attached to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from compagnon.core import files, markup
from compagnon.core.actor import Actor
from compagnon.core.errors import Invalid, TooLarge
from compagnon.core.models import StoredFile
from compagnon.desk import search
from compagnon.desk.models import Attachment, Channel, Message, MessageKind, Ticket

TEXT_MAX = 100_000
FILES_MAX = 50


@dataclass(frozen=True, slots=True)
class Upload:
    """A file to attach: its bytes, or the stored file that already holds them."""

    name: str
    content: bytes | StoredFile
    content_id: str = ""
    is_inline: bool = False


def checked_text(text: str, *, field: str = "text") -> str:
    """Give the text without NUL and outer blanks.

    Raises:
        Invalid: nothing is left.
        TooLarge: it is over 100,000 characters.
    """
    text = text.replace("\x00", "").replace("\r\n", "\n").strip()
    if not text:
        raise Invalid(_("Write something first."), fields={field: [_("This text is empty.")]})
    if len(text) > TEXT_MAX:
        raise TooLarge(
            _("The text has %(length)d characters; at most %(limit)d can be kept. Attach a file.")
            % {"length": len(text), "limit": TEXT_MAX}
        )
    return text


def write(
    *,
    actor: Actor,
    ticket: Ticket,
    kind: MessageKind,
    is_public: bool,
    from_support: bool,
    channel: Channel,
    text: str,
    at: datetime,
    html: str | None = None,
    quoted: str = "",
    internet_id: str = "",
    author_id: int | None = None,
    uploads: Sequence[Upload] = (),
) -> Message:
    """Write a message and its attachments, and index them. The caller has checked and journals.

    Args:
        html: sanitised already (a mail); ``None`` renders ``text`` as Markdown, which our own
            pages write.
    """
    if len(uploads) > FILES_MAX:
        raise TooLarge(_("At most %(limit)d files can be attached.") % {"limit": FILES_MAX})
    message = Message.objects.create(
        ticket=ticket,
        kind=kind,
        is_public=is_public,
        from_support=from_support,
        author_id=author_id if author_id is not None else actor.id,
        channel=channel,
        text=text,
        quoted=quoted,
        html=markup.render(text) if html is None else html,
        occurred_at=at,
        internet_id=internet_id,
    )
    names = attach(ticket=ticket, message=message, uploads=uploads)
    search.index_message(ticket, message, names)
    return message


def attach(*, ticket: Ticket, message: Message, uploads: Sequence[Upload]) -> list[str]:
    """Store the files and tie them to the message; gives their cleaned names."""
    rows = []
    for upload in uploads:
        stored = (
            upload.content
            if isinstance(upload.content, StoredFile)
            else files.store(upload.content)
        )
        rows.append(
            Attachment(
                ticket=ticket,
                message=message,
                file=stored,
                name=files.clean_name(upload.name)[:200],
                content_id=upload.content_id[:250],
                is_inline=upload.is_inline,
            )
        )
    if rows:
        Attachment.objects.bulk_create(rows)
    return [row.name for row in rows]
