"""The second factor: set up, kept encrypted, asked for, lost."""

from __future__ import annotations

import json

import pytest
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from django.core.cache import cache
from django.test import Client, override_settings

from compagnon.people import secrets_at_rest
from compagnon.people.models import Account
from compagnon.people.services import accounts, roles
from compagnon.people.tests import factories as f

EMAIL = "theo@assistance.example"


def code(secret: str) -> str:
    # A code serves once: tests go faster than the half-minute.
    cache.clear()
    counter = next(iter(totp.yield_hotp_counters_from_time()))
    return totp.format_hotp_value(totp.hotp_value(secret, counter))


def sign_in(client: Client) -> str:
    answer = client.post("/account/login/", {"login": EMAIL, "password": f.PASSWORD})
    assert answer.status_code == 302
    return str(answer["Location"])


def set_up(client: Client) -> str:
    """Set the second factor up as a person does, and give its secret."""
    sign_in(client)
    page = client.get("/account/2fa/totp/activate/", follow=True)
    if page.request["PATH_INFO"].startswith("/account/reauthenticate/"):
        page = client.post(
            page.request["PATH_INFO"] + "?next=/account/2fa/totp/activate/",
            {"password": f.PASSWORD},
            follow=True,
        )
    secret = str(client.session["mfa.totp.secret"])
    answer = client.post("/account/2fa/totp/activate/", {"code": code(secret)})
    assert answer.status_code == 302, answer.content.decode()
    return secret


def test_set_up_then_asked_for_at_sign_in(cast: f.Cast) -> None:
    secret = set_up(Client())
    client = Client()
    assert sign_in(client) == "/account/2fa/authenticate/"
    assert client.get("/account/password/change/").status_code == 302
    client.post("/account/2fa/authenticate/", {"code": "000000"})
    assert client.get("/account/password/change/").status_code == 302
    client.post("/account/2fa/authenticate/", {"code": code(secret)})
    assert client.get("/account/password/change/").status_code == 200


def test_codes_are_not_tried_for_ever(cast: f.Cast) -> None:
    secret = set_up(Client())
    cache.clear()
    client = Client()
    sign_in(client)
    for _turn in range(5):
        client.post("/account/2fa/authenticate/", {"code": "000000"})
    counter = next(iter(totp.yield_hotp_counters_from_time()))
    right = totp.format_hotp_value(totp.hotp_value(secret, counter))
    client.post("/account/2fa/authenticate/", {"code": right})
    assert client.get("/account/password/change/").status_code == 302


def test_codes_are_bounded_wherever_they_come_from(cast: f.Cast) -> None:
    from allauth.core import context
    from allauth.mfa.base.internal.flows import check_rate_limit
    from django.core.exceptions import ValidationError
    from django.test import RequestFactory

    def one_try(number: int) -> None:
        request = RequestFactory().post("/", REMOTE_ADDR=f"203.0.113.{number}")
        with context.request_context(request):
            check_rate_limit(cast.user.account)

    for number in range(5):
        one_try(number)
    with pytest.raises(ValidationError):
        one_try(6)


def test_the_secret_is_encrypted_at_rest(cast: f.Cast) -> None:
    secret = set_up(Client())
    stored = json.dumps(list(Authenticator.objects.values("data")))
    assert secret not in stored
    kept = Authenticator.objects.get(type=Authenticator.Type.TOTP).data["secret"]
    assert get_adapter().decrypt(kept) == secret


def test_the_key_can_be_changed() -> None:
    with override_settings(SECRET_KEY="the old one"):
        kept = secrets_at_rest.encrypt("secret")
    with override_settings(SECRET_KEY="the new one", SECRET_KEY_FALLBACKS=["the old one"]):
        assert secrets_at_rest.decrypt(kept) == "secret"
        assert secrets_at_rest.encrypt("secret") != kept
    with (
        override_settings(SECRET_KEY="the new one", SECRET_KEY_FALLBACKS=[]),
        pytest.raises(secrets_at_rest.Unreadable),
    ):
        secrets_at_rest.decrypt(kept)


def test_a_lost_key_lets_nobody_in_and_breaks_nothing(cast: f.Cast) -> None:
    secret = set_up(Client())
    with override_settings(SECRET_KEY="another one", SECRET_KEY_FALLBACKS=[]):
        client = Client()
        assert sign_in(client) == "/account/2fa/authenticate/"
        answer = client.post("/account/2fa/authenticate/", {"code": code(secret)})
        assert answer.status_code == 200
        assert client.get("/account/password/change/").status_code == 302


def test_a_role_may_require_it(cast: f.Cast) -> None:
    role = f.role("technician")
    roles.change(actor=f.system(), role=role, changes={"needs_second_factor": True})
    client = Client()
    sign_in(client)
    # Everything else leads to setting it up, and nobody acts until then.
    answer = client.get("/account/sessions/", headers={"accept": "text/html"})
    assert answer["Location"] == "/account/2fa/totp/activate/"
    assert client.get("/account/password/change/").status_code == 200
    from django.test import RequestFactory

    from compagnon.people.backends import with_person
    from compagnon.people.middleware import page_actor

    def actor_is_known() -> bool:
        request = RequestFactory().get("/")
        request.COOKIES["compagnon_session"] = "x"
        request.user = with_person().get(email=EMAIL)
        return page_actor(request).is_known

    assert not actor_is_known()
    set_up(Client())
    assert actor_is_known()


def test_an_administrator_resets_a_lost_one(cast: f.Cast) -> None:
    client = Client()
    set_up(client)
    account = Account.objects.get(email=EMAIL)
    accounts.reset_second_factor(actor=f.actor(cast.administrator), account=account)
    assert not Authenticator.objects.filter(user=account).exists()
    assert client.get("/account/password/change/").status_code == 302
    assert sign_in(Client()) == "/"
