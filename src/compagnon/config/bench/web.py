"""Asking the real product: its server over the loopback, or its WSGI application right here."""

from __future__ import annotations

import http.client
import io
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import Any
from urllib.parse import quote, urlencode

from django.conf import settings
from django.utils import timezone

from compagnon.config.bench.loads import Client
from compagnon.config.bench.operations import Ask, Material, Request
from compagnon.config.demo.accounts import PASSWORD
from compagnon.core.actor import Source
from compagnon.people.models import Account
from compagnon.people.queries import actor_for
from compagnon.people.services import tokens

STARTED_WITHIN = 60.0


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks: a session of the pages and a token of the API, of the same technician."""

    cookie: str
    token: str

    def headers(self, request: Request) -> dict[str, str]:
        """Give the headers of a call."""
        if request.by_token:
            return {
                "Authorization": f"Bearer {self.token}",
                "Content-Type": "application/json",
            }
        return {"Cookie": self.cookie, "Accept": "text/html", "Accept-Language": "fr"}


@contextmanager
def server(workers: int) -> Iterator[tuple[str, int]]:
    """Run the product's own web server on a free port while the block lasts.

    Raises:
        RuntimeError: it did not answer in time.
    """
    with socket.create_server(("127.0.0.1", 0)) as free:
        host, port = free.getsockname()[:2]
    words = ["serve", "--host", host, "--port", str(port), "--workers", str(workers)]
    process = subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, "-m", "compagnon.config.cli", *words],
        env=os.environ | {"COMPAGNON_ALLOWED_HOSTS": "127.0.0.1,testserver"},
    )
    try:
        until = time.monotonic() + STARTED_WITHIN
        while not _answers(host, port):
            if process.poll() is not None or time.monotonic() > until:
                raise RuntimeError("the server did not start")
            time.sleep(0.1)
        yield host, port
    finally:
        process.terminate()
        process.wait(timeout=30)


def _answers(host: str, port: int) -> bool:
    try:
        connection = http.client.HTTPConnection(host, port, timeout=5)
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except OSError:
        return False


def sign_in(host: str, port: int, *, email: str) -> Caller:
    """Sign in as a person does, and make a token."""
    connection = http.client.HTTPConnection(host, port, timeout=30)
    connection.request("GET", "/account/login/")
    answer = connection.getresponse()
    page = answer.read().decode()
    cookies = _cookies(answer)
    found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    form = {
        "csrfmiddlewaretoken": found[1] if found else "",
        "login": email,
        "password": PASSWORD,
    }
    connection.request(
        "POST",
        "/account/login/",
        urlencode(form).encode(),
        {
            "Cookie": _written(cookies),
            "Content-Type": "application/x-www-form-urlencoded",
            "Referer": f"http://{host}:{port}/account/login/",
        },
    )
    answer = connection.getresponse()
    answer.read()
    cookies |= _cookies(answer)
    if settings.SESSION_COOKIE_NAME not in cookies:
        raise RuntimeError(f"signing in was answered {answer.status}")
    account = Account.objects.select_related("person").get(email=email)
    _row, token = tokens.create(
        actor=actor_for(account.person, source=Source.COMMAND),
        account=account,
        name="bench",
        expires_at=timezone.now() + timedelta(days=1),
    )
    return Caller(_written(cookies), token)


def _cookies(answer: http.client.HTTPResponse) -> dict[str, str]:
    given = answer.headers.get_all("Set-Cookie") or []
    return dict(cookie.partition(";")[0].split("=", 1) for cookie in given)


def _written(cookies: dict[str, str]) -> str:
    return "; ".join(f"{name}={value}" for name, value in cookies.items())


def over_loopback(
    host: str, port: int, caller: Caller, ask: Ask, material: Material
) -> Callable[[int], Client]:
    """Give the maker of clients that keep one connection each to the server."""

    def make(number: int) -> Client:
        connection = http.client.HTTPConnection(host, port, timeout=60)
        rng = Random(number)  # noqa: S311

        def call() -> bool:
            request = ask(rng, material)
            connection.request(
                request.method,
                quote(request.path, safe="/?=&%"),
                request.body or None,
                caller.headers(request),
            )
            answer = connection.getresponse()
            answer.read()
            return answer.status == request.expected

        return call

    return make


def in_process(caller: Caller, ask: Ask, material: Material) -> Callable[[int], Client]:
    """Give the maker of clients that call the WSGI application, every middleware included."""
    from compagnon.config.wsgi import application

    def make(number: int) -> Client:
        rng = Random(number)  # noqa: S311

        def call() -> bool:
            request = ask(rng, material)
            status: list[int] = []

            def start(line: str, *_more: Any) -> Callable[[bytes], None]:
                status.append(int(line.split(" ", 1)[0]))
                return lambda _data: None

            answer = application(environ(request, caller), start)
            for _chunk in answer:
                pass
            if hasattr(answer, "close"):
                answer.close()
            return status[0] == request.expected

        return call

    return make


def environ(request: Request, caller: Caller) -> dict[str, Any]:
    """Give a request as WSGI has it."""
    path, _mark, query = request.path.partition("?")
    headers = {
        f"HTTP_{name.upper().replace('-', '_')}": value
        for name, value in caller.headers(request).items()
        if name != "Content-Type"
    }
    return headers | {
        "REQUEST_METHOD": request.method,
        "PATH_INFO": path,
        "QUERY_STRING": quote(query, safe="=&%"),
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "CONTENT_TYPE": "application/json" if request.body else "",
        "CONTENT_LENGTH": str(len(request.body)),
        "wsgi.input": io.BytesIO(request.body),
        "wsgi.errors": sys.stderr,
        "wsgi.url_scheme": "http",
        "wsgi.version": (1, 0),
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
