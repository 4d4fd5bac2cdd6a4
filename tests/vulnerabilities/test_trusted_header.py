"""Headers that a proxy sets are believed only where the operator says that there is one."""

from __future__ import annotations

import re

import pytest
from django.core import mail
from django.test import Client, override_settings
from django.urls import reverse

from compagnon.core.tasks.worker import run_due
from compagnon.park.ingestion import enrolment
from compagnon.people.tests.factories import PASSWORD, Cast

SPOOFED = {
    "HTTP_X_FORWARDED_FOR": "203.0.113.66",
    "HTTP_X_REAL_IP": "203.0.113.66",
    "HTTP_X_FORWARDED_HOST": "evil.example",
    "HTTP_X_FORWARDED_PROTO": "https",
    "HTTP_FORWARDED": "for=203.0.113.66;host=evil.example;proto=https",
    "HTTP_X_ORIGINAL_URL": "/admin/tasks/",
    "HTTP_X_REWRITE_URL": "/admin/tasks/",
    "HTTP_REMOTE_USER": "admin",
    "HTTP_X_REMOTE_USER": "admin",
    "HTTP_X_FORWARDED_USER": "admin",
    "HTTP_X_HTTP_METHOD_OVERRIDE": "DELETE",
    "HTTP_X_SSL_CLIENT_S_DN": "CN=agent",
}


def test_nobody_is_signed_in_by_a_header(cast: Cast) -> None:
    answer = Client(**SPOOFED).get("/desk/queue/")
    assert answer.status_code == 302
    assert answer["Location"].startswith("/account/")


def test_another_address_is_not_another_guesser(cast: Cast, client: Client) -> None:
    """Each wrong password counts, whatever address the header claims."""
    statuses = []
    for number in range(12):
        answer = client.post(
            reverse("account_login"),
            {"login": cast.user.account.email, "password": f"faux-{number}"},
            HTTP_X_FORWARDED_FOR=f"203.0.113.{number}",
        )
        statuses.append(answer.status_code)
    right = client.post(
        reverse("account_login"),
        {"login": cast.user.account.email, "password": PASSWORD},
        HTTP_X_FORWARDED_FOR="203.0.113.200",
    )
    assert right.status_code != 302
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("host", ["evil.example", "testserver@evil.example", "testserver:x"])
def test_links_in_mail_lead_home(cast: Cast, client: Client, host: str) -> None:
    with override_settings(ALLOWED_HOSTS=["*"]):
        client.post(
            reverse("account_reset_password"), {"email": cast.user.account.email},
            HTTP_HOST=host, HTTP_X_FORWARDED_HOST="evil.example",
        )  # fmt: skip
    run_due()
    for message in mail.outbox:
        for link in re.findall(r"https?://[^\s\"<>]+", message.body):
            assert "evil.example" not in link


def test_an_unknown_host_is_refused(client: Client) -> None:
    assert client.get("/", HTTP_HOST="evil.example").status_code == 400


def test_a_certificate_is_believed_from_a_proxy_alone(cast: Cast, settings) -> None:
    """The header that says which client certificate was shown, without a proxy in front."""
    assert settings.BEHIND_PROXY is False
    source = enrolment.__file__
    assert source
    body = b"<REQUEST><DEVICEID>m</DEVICEID><QUERY>PROLOG</QUERY></REQUEST>"
    answer = Client(**SPOOFED).post("/inventory", body, content_type="application/xml")
    assert answer.status_code in {401, 403}
