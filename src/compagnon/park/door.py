"""The agents' door: ``/inventory``, and the paths that agents of other servers are set to.

A narrow path of its own, before sessions, cookies and forms: it reads one bounded body, checks who
may report, opens it with the parsers of `park.inventory`, keeps it in one short transaction and
answers. Everything else is a task's.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from threading import Lock

import structlog
from django.conf import settings
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse

from compagnon.core.errors import TooLarge
from compagnon.park.ingestion import jobs
from compagnon.park.ingestion.enrolment import Grant, grant_of
from compagnon.park.ingestion.intake import note_agent
from compagnon.park.ingestion.keeping import Sender, keep_refused
from compagnon.park.ingestion.rows import text
from compagnon.park.ingestion.together import accept, soon
from compagnon.park.inventory import Envelope, Unreadable, answers, decode, parse, read
from compagnon.park.inventory.decoding import Compression, compression_of, encode
from compagnon.park.inventory.limits import DEFAULT

log = structlog.get_logger(__name__)

PATHS = (
    "/inventory",
    "/front/inventory.php",
    "/ocsinventory",
    "/plugins/fusioninventory",
    "/plugins/glpiinventory",
    "/marketplace/glpiinventory",
)
MOST_HEADER = 200
CONTACT_NOTED_SECONDS = 300.0
MOST_CONTACTS = 20_000
NETWORK = frozenset({"netinventory", "netdiscovery"})


class DoorMiddleware:
    """Answers the agents' paths; hands everything else on."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer."""
        path = request.path_info
        if not any(path == start or path.startswith(f"{start}/") for start in PATHS):
            return self.get_response(request)
        response = answer(request)
        response["Cache-Control"] = "no-store"
        response["X-Content-Type-Options"] = "nosniff"
        return response


def answer(request: HttpRequest) -> HttpResponse:
    """Answer an agent."""
    if request.method not in {"GET", "HEAD", "POST"}:
        return HttpResponse(status=405, headers={"Allow": "GET, HEAD, POST"})
    # An agent that speaks JSON says its id, or how it labels its bodies.
    speaks_json = bool(request.headers.get("GLPI-Agent-ID")) or "json" in (
        request.headers.get("Content-Type", "")
    )
    grant = grant_of(request)
    if grant is None:
        return _unauthorised(speaks_json=speaks_json)
    if request.method != "POST":
        return _asked_again(request)
    raw = _body(request)
    if raw is None:
        return problem(413, "The body is larger than what is accepted.", as_json=speaks_json)
    try:
        return _receive(request, grant, raw)
    except (OperationalError, TimeoutError) as error:
        log.warning("inventory not kept: the database is busy", error=str(error)[:200])
        response = problem(503, "Busy: try again later.", as_json=speaks_json)
        response["Retry-After"] = "60"
        return response


def _body(request: HttpRequest) -> bytes | None:
    """Give the body; nothing when it is over the limit, which is found without reading it all."""
    declared = request.META.get("CONTENT_LENGTH") or "0"
    if not declared.isdecimal() or int(declared) > DEFAULT.body_bytes:
        return None
    raw = request.read(DEFAULT.body_bytes + 1)
    return None if len(raw) > DEFAULT.body_bytes else raw


def _unauthorised(*, speaks_json: bool) -> HttpResponse:
    sentence = (
        "This agent is not enrolled: give it an enrolment token, as the password of its HTTP"
        " authentication."
    )
    response = problem(401, sentence, as_json=speaks_json)
    response["WWW-Authenticate"] = 'Basic realm="inventory", charset="UTF-8"'
    return response


def problem(status: int, message: str, *, as_json: bool) -> HttpResponse:
    """Refuse, in what the agent reads."""
    body = answers.json_error(message) if as_json else answers.xml_error(message)
    kind = "application/json" if as_json else "application/xml"
    return HttpResponse(body, status=status, content_type=kind)


def _asked_again(request: HttpRequest) -> HttpResponse:
    """Answer an agent that asks what became of a request that was pending; none is."""
    if request.headers.get("GLPI-Request-ID"):
        return HttpResponse(
            answers.json_ok(expiration=settings.INVENTORY_HOURS), content_type="application/json"
        )
    return HttpResponse("Agents report here.\n", content_type="text/plain; charset=utf-8")


def _receive(request: HttpRequest, grant: Grant, raw: bytes) -> HttpResponse:
    """Open a body, keep what tells of machines, answer in the agent's own way."""
    sender = _sender(request, grant)
    headers = {
        name: request.headers.get(name, "")[:MOST_HEADER]
        for name in ("GLPI-Agent-ID", "User-Agent", "Content-Type")
    }
    compression = compression_of(raw)
    try:
        envelope = read(decode(raw, headers=headers), headers=headers)
        if envelope.action == "inventory" or envelope.action in NETWORK:
            parse(envelope)
    except Unreadable as error:
        report = keep_refused(raw, sender, error)
        as_json = _looks_json(raw, headers)
        log.info("inventory refused", reason=error.reason_code, report=report.pk)
        status = 413 if error.reason_code.startswith(("too_", "bomb")) else 400
        return problem(status, f"{error.sentence} {error.detail}".strip(), as_json=as_json)
    sender = replace(
        sender, agent_id=envelope.agent_id or "", deviceid=text(envelope.deviceid, 255)
    )
    if envelope.action == "inventory" or envelope.action in NETWORK:
        try:
            accept(raw, sender)
        except TooLarge:
            return problem(413, "The body is too large.", as_json=envelope.format == "json")
    else:
        _note_contact(envelope, sender)
    return _answer(envelope, sender, compression, headers["Content-Type"])


def _sender(request: HttpRequest, grant: Grant) -> Sender:
    address = request.META.get("REMOTE_ADDR") or None
    return Sender(
        organisation_id=grant.organisation_id,
        site_id=grant.site_id,
        token_id=grant.token_id,
        address=address,
        user_agent=request.headers.get("User-Agent", "").replace("\x00", "")[:MOST_HEADER],
        proxy_id=request.headers.get("GLPI-Proxy-ID", "").replace("\x00", "")[:MOST_HEADER],
    )


def _looks_json(raw: bytes, headers: dict[str, str]) -> bool:
    return raw.lstrip()[:1] in {b"{", b"["} or bool(headers["GLPI-Agent-ID"])


def _answer(
    envelope: Envelope, sender: Sender, compression: Compression, asked: str
) -> HttpResponse:
    hours = settings.INVENTORY_HOURS
    kind: str = envelope.format
    if envelope.action in {"prolog", "contact"}:
        # A GLPI agent begins in XML, and speaks JSON for good once it is answered so.
        if envelope.agent_id or envelope.format == "json":
            kind = "json"
            body = answers.json_contact(expiration=hours, network_jobs=jobs.any_waits(sender))
        else:
            body = answers.xml_prolog(hours=hours, jobs=jobs.take(sender))
    elif envelope.format == "json":
        if envelope.action == "get_params":
            return problem(400, "Nothing of this kind is given here.", as_json=True)
        body = answers.json_ok(expiration=hours)
    else:
        body = answers.xml_inventory() if envelope.action == "inventory" else answers.xml_task()
    label = answers.content_type("json" if kind == "json" else "xml", compression, asked)
    return HttpResponse(encode(body, compression), content_type=label)


_contacts: dict[str, float] = {}
_lock = Lock()


def forget_contacts() -> None:
    """Note every agent's next contact."""
    with _lock:
        _contacts.clear()


def _note_contact(envelope: Envelope, sender: Sender) -> None:
    """Keep the agent's row in step, once in a while: a contact must cost nothing."""
    key = f"{sender.organisation_id}/{sender.agent_id or envelope.deviceid}"
    now = time.monotonic()
    with _lock:
        if _contacts.get(key, 0.0) > now:
            return
        if len(_contacts) >= MOST_CONTACTS:
            _contacts.clear()
        _contacts[key] = now + CONTACT_NOTED_SECONDS
    soon(
        partial(
            note_agent,
            organisation_id=sender.organisation_id,
            token_id=sender.token_id,
            address=sender.address,
            reading=parse(envelope),
            sender_id=sender.agent_id,
        )
    )
