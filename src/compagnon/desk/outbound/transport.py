"""How mail leaves: by SMTP, or into a maildir where nothing should leave (a demonstration)."""

from __future__ import annotations

import mailbox
import smtplib
import ssl
from contextlib import suppress
from email.message import EmailMessage
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

TIMEOUT_SECONDS = 30


class NotSent(Exception):
    """The mail did not leave.

    Args:
        permanent: trying again cannot help (a 5xx answer: no such user, too large).
    """

    def __init__(self, why: str, *, permanent: bool) -> None:
        super().__init__(why)
        self.why = why[:200]
        self.permanent = permanent


class Transport(Protocol):
    """Something that takes a mail for one recipient."""

    def send(self, mail: EmailMessage, *, sender: str, recipient: str) -> None:
        """Hand the mail over.

        Raises:
            NotSent: it was not taken.
        """


class Smtp:
    """A mail server. ``smtp+starttls`` and ``smtps`` check its certificate."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self.scheme = parts.scheme
        self.host = parts.hostname or "localhost"
        self.port = parts.port or {"smtps": 465, "smtp+starttls": 587}.get(parts.scheme, 25)
        self.user, self.password = unquote(parts.username or ""), unquote(parts.password or "")

    def send(self, mail: EmailMessage, *, sender: str, recipient: str) -> None:
        """Hand the mail over to the server."""
        try:
            with self.connect() as server:
                # MAIL FROM:<> for what programs write, so that its bounce never comes back here.
                server.send_message(mail, from_addr=sender, to_addrs=[recipient])
        except smtplib.SMTPRecipientsRefused as error:
            code, text = next(iter(error.recipients.values()))
            raise NotSent(f"{code} {_words(text)}", permanent=500 <= code < 600) from error
        except smtplib.SMTPResponseException as error:
            permanent = 500 <= error.smtp_code < 600 and error.smtp_code not in {530, 534, 535}
            why = f"{error.smtp_code} {_words(error.smtp_error)}"
            raise NotSent(why, permanent=permanent) from error
        except smtplib.SMTPNotSupportedError as error:
            raise NotSent(str(error), permanent=True) from error
        except (smtplib.SMTPException, OSError) as error:
            raise NotSent(f"{type(error).__name__}: {error}", permanent=False) from error

    def connect(self, *, timeout: float = TIMEOUT_SECONDS) -> smtplib.SMTP:
        """Connect, encrypt and sign in, as for a mail; ``timeout`` in seconds.

        Raises:
            OSError: the server cannot be reached.
            SMTPException: it does not speak as it should, or does not know us.
        """
        context = ssl.create_default_context()
        if self.scheme == "smtps":
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                self.host, self.port, timeout=timeout, context=context
            )
        else:
            server = smtplib.SMTP(self.host, self.port, timeout=timeout)
            if self.scheme == "smtp+starttls":
                try:
                    server.starttls(context=context)
                except (smtplib.SMTPException, OSError):
                    server.close()
                    raise
        if self.user:
            try:
                server.login(self.user, self.password)
            except (smtplib.SMTPException, OSError):
                server.close()
                raise
        return server


class Maildir:
    """A folder that keeps what would have left. A mail sent twice is kept once."""

    def __init__(self, folder: str) -> None:
        self.folder = Path(folder)

    def send(self, mail: EmailMessage, *, sender: str, recipient: str) -> None:
        """Keep the mail in the folder."""
        try:
            # The library makes them only where the folder itself is missing, not where another
            # process is just making it.
            for part in ("tmp", "new", "cur"):
                (self.folder / part).mkdir(mode=0o700, parents=True, exist_ok=True)
            box = mailbox.Maildir(self.folder, create=False)
            key = box.add(mailbox.MaildirMessage(mail))
        except OSError as error:
            raise NotSent(f"{type(error).__name__}: {error}", permanent=False) from error
        with suppress(KeyError):
            box.get_file(key).close()


class Nowhere:
    """No mail leaves at all."""

    def send(self, mail: EmailMessage, *, sender: str, recipient: str) -> None:
        """Refuse."""
        raise NotSent("mail is turned off (COMPAGNON_MAIL_URL=none)", permanent=True)


def transport(url: str) -> Transport:
    """Give the transport of ``COMPAGNON_MAIL_URL``.

    Raises:
        ValueError: the scheme is none of smtp, smtps, smtp+starttls, maildir, none.
    """
    scheme = urlsplit(url).scheme or url
    match scheme:
        case "smtp" | "smtps" | "smtp+starttls":
            return Smtp(url)
        case "maildir":
            return Maildir(unquote(url.removeprefix("maildir://")))
        case "none":
            return Nowhere()
    raise ValueError(f"COMPAGNON_MAIL_URL: {scheme!r} is not a way for mail to leave")


def _words(text: bytes | str) -> str:
    return text.decode("utf-8", "replace") if isinstance(text, bytes) else text
