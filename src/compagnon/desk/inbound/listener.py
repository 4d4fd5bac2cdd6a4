"""The door that Postfix, Exchange or any mail server delivers to, by SMTP or LMTP.

It takes a message, keeps it, and answers «250» only once the row has committed: whatever happens
after, nothing is lost. When it cannot keep it, it answers with a temporary failure (4xx), so that
the sending server keeps its copy and tries again. It relays nothing to anybody.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import structlog
from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.conf import settings
from django.db import DatabaseError, close_old_connections

from compagnon.core.actor import Actor, Source
from compagnon.core.errors import TooLarge
from compagnon.desk.services import intake

log = structlog.get_logger(__name__)

RECIPIENTS_MAX = 100
CONNECTIONS_MAX = 200
IDLE_SECONDS = 120
IDENT = "Compagnon"


class Doorkeeper:
    """What aiosmtpd calls: checks little, keeps everything."""

    def __init__(self, workers: int = 4) -> None:
        self._threads = ThreadPoolExecutor(workers, thread_name_prefix="intake")

    async def handle_RCPT(  # noqa: N802
        self,
        _server: SMTP,
        _session: Session,
        envelope: Envelope,
        address: str,
        _options: list[str],
    ) -> str:
        """Take any recipient: which mailbox it is for is decided when the message is read."""
        if len(envelope.rcpt_tos) >= RECIPIENTS_MAX:
            return "452 4.5.3 Too many recipients"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 Recipient taken"

    async def handle_DATA(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        """Keep the message, then say so; for LMTP once for each recipient (RFC 2033, 4.2)."""
        raw = envelope.content
        assert isinstance(raw, bytes)  # noqa: S101 — decode_data is off
        loop = asyncio.get_running_loop()
        answer = await loop.run_in_executor(self._threads, self._keep, session, envelope, raw)
        if getattr(server, "answers_each_recipient", False):
            return "\r\n".join([answer] * len(envelope.rcpt_tos))
        return answer

    def _keep(self, session: Session, envelope: Envelope, raw: bytes) -> str:
        close_old_connections()
        address: object = session.peer  # a pair for TCP, whatever its stub says
        peer = str(address[0] if isinstance(address, tuple) else address or "")
        try:
            received = intake.receive(
                actor=Actor.system("listener", source=Source.MAIL),
                raw=raw,
                mail_from=envelope.mail_from or "",
                rcpt_to=tuple(envelope.rcpt_tos),
                peer=f"{peer} {session.host_name or ''}".strip(),
            )
        except TooLarge:
            return "552 5.3.4 Message too large"
        except (DatabaseError, OSError) as error:
            # The sending server keeps its copy and tries again; nothing is lost.
            log.exception("message not kept", error=str(error), bytes=len(raw))
            return "451 4.3.0 Cannot keep the message now, try again later"
        finally:
            close_old_connections()
        log.info("message kept", inbound=received.inbound.pk, new=received.is_new, bytes=len(raw))
        return f"250 2.0.0 Kept as {received.inbound.pk}"

    def close(self) -> None:
        """End once what is being kept is kept."""
        self._threads.shutdown(wait=True)


class SmtpServer(SMTP):
    """SMTP that takes the long lines that real programs send (RFC 5321 allows 1,000 octets)."""

    line_length_limit = 1024 * 1024
    local_part_limit = 0


class LmtpServer(LMTP):
    """LMTP, with an answer for each recipient even when the message is refused after DATA."""

    line_length_limit = 1024 * 1024
    local_part_limit = 0
    answers_each_recipient = True
    _reading_data = False

    async def push(self, status: str | bytes) -> None:
        """Send an answer; after DATA, aiosmtpd's own refusals are repeated for each recipient."""
        text = status.decode() if isinstance(status, bytes) else status
        if self._reading_data and "\r\n" not in text and self.envelope is not None:
            text = "\r\n".join([text] * max(1, len(self.envelope.rcpt_tos)))
        self._reading_data = text.startswith("354")
        await super().push(text)


class Listener:
    """The SMTP and LMTP servers, bound and running in the current event loop."""

    def __init__(self) -> None:
        self.keeper = Doorkeeper()
        self._servers: list[asyncio.Server] = []
        self.addresses: dict[str, tuple[str, int]] = {}

    async def start(self, *, smtp: str = "", lmtp: str = "") -> None:
        """Bind what is named (``host:port``; port 0 takes a free one).

        Raises:
            OSError: an address cannot be bound.
        """
        for kind, address, protocol in (("smtp", smtp, SmtpServer), ("lmtp", lmtp, LmtpServer)):
            if not address:
                continue
            host, _colon, port = address.rpartition(":")
            loop = asyncio.get_running_loop()
            server = await loop.create_server(
                self._factory(protocol), host.strip("[]") or "127.0.0.1", int(port), backlog=128
            )
            self._servers.append(server)
            self.addresses[kind] = server.sockets[0].getsockname()[:2]

    def _factory(self, protocol: type[SMTP]) -> Any:
        def make() -> SMTP:
            return protocol(
                self.keeper,
                data_size_limit=settings.MAIL_MAX_BYTES,
                enable_SMTPUTF8=True,
                hostname=settings.MAIL_DOMAIN,
                ident=IDENT,
                timeout=IDLE_SECONDS,
                command_call_limit={"*": 200, "RCPT": 1000, "DATA": 500, "MAIL": 500},
            )

        return make

    async def stop(self) -> None:
        """Take no new connection, and finish keeping what is being kept."""
        for server in self._servers:
            server.close()
        await asyncio.to_thread(self.keeper.close)
