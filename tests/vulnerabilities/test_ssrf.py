"""The server calls no address that somebody typed, but through the one guarded door."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from compagnon.core import guarded_http

PACKAGE = Path(guarded_http.__file__).parents[1]
CALLING = {"urllib.request", "http.client", "requests", "httpx", "aiohttp", "urllib3", "ftplib",
           "socket"}  # fmt: skip
# What opens connections by itself, and to where: nothing of it comes from who writes on a page.
KNOWN = {
    "core/guarded_http.py": "the door",
    "core/resolving.py": "asks for the addresses of a name, which the door then checks",
    "config/": "the operator's own commands: listening, checking, measuring on loopback",
    "desk/outbound/transport.py": "the mail server of the settings",
    "desk/inbound/listener.py": "listens",
    "desk/inbound/fetching/connecting.py": "mailboxes; its address goes through the door's check",
    "desk/inbound/fetching/idling.py": "waits on connections that connecting.py made",
    "people/directory/ldap_driver.py": "directories; the address goes through the door's check",
    "people/guarded_requests.py": "allauth's calls to identity providers, led through the door",
    "people/provider.py": "names the errors of those calls",
    "people/provider_adapter.py": "the same",
    "people/provider_discovery.py": "names the errors of the door",
    "core/tasks/worker.py": "its own name",
}
INSIDE = (
    "http://127.0.0.1/", "http://localhost/", "http://[::1]/", "http://0.0.0.0/", "http://0/",
    "http://127.1/", "http://2130706433/", "http://0x7f.1/", "http://017700000001/",
    "http://10.0.0.1/", "http://172.16.0.1/", "http://192.168.1.1/", "http://169.254.169.254/latest/",
    "http://[::ffff:127.0.0.1]/", "http://[::ffff:a9fe:a9fe]/", "http://[fe80::1]/", "http://[fd00::1]/",
    "http://[64:ff9b::7f00:1]/", "http://[2002:7f00:1::]/", "http://100.64.0.1/", "http://224.0.0.1/",
    "file:///etc/passwd", "gopher://127.0.0.1/", "ftp://127.0.0.1/", "http://user:pass@127.0.0.1/",
    "https://evil.example@127.0.0.1/", "dict://127.0.0.1:11211/",
)  # fmt: skip


def test_one_module_calls_out() -> None:
    found = []
    for path in PACKAGE.rglob("*.py"):
        name = str(path.relative_to(PACKAGE))
        if "/tests/" in name or any(name.startswith(known) for known in KNOWN):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = (
                [alias.name for alias in node.names] if isinstance(node, ast.Import)
                else [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            )  # fmt: skip
            found += [f"{name}: {one}" for one in names if one in CALLING]
    assert found == []


@pytest.mark.parametrize("address", INSIDE)
def test_the_door_is_shut_to_the_inside(address: str) -> None:
    with pytest.raises((guarded_http.NotAllowed, guarded_http.Unanswered)) as refused:
        guarded_http.call(address, seconds=3)
    assert isinstance(refused.value, guarded_http.NotAllowed), refused.value


def test_no_picture_of_a_person_is_fetched() -> None:
    """No model keeps an address from which a server or a reader would fetch an avatar."""
    from django.apps import apps

    named = {
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models()
        if model.__module__.startswith("compagnon.")
        for field in model._meta.concrete_fields
        if any(word in field.name for word in ("avatar", "photo", "picture_url", "gravatar"))
    }
    assert named == set()
