"""Signing in by a real SAML identity provider; and what it is refused."""

from __future__ import annotations

import base64
import copy
import importlib
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from allauth.socialaccount.models import SocialAccount
from django.test import Client
from lxml import etree

from compagnon.core.errors import CompagnonError
from compagnon.core.models import Entry
from compagnon.people import provider_discovery, provider_keys, provider_saml
from compagnon.people.models import Account, IdentityProvider
from compagnon.people.services import providers
from compagnon.people.tests import factories as f
from compagnon.people.tests.saml_provider import Provider

HERE = "/account/with/saml-maison/"
ROSA = {"mail": ["rosa@client.example"], "givenName": ["Rosa"], "sn": ["Parks"]}
NS = {
    "p": "urn:oasis:names:tc:SAML:2.0:protocol",
    "a": "urn:oasis:names:tc:SAML:2.0:assertion",
    "d": "http://www.w3.org/2000/09/xmldsig#",
}


@pytest.fixture
def row(cast: f.Cast) -> IdentityProvider:
    return IdentityProvider.objects.create(
        organisation=cast.provider, code="saml-maison", name="Maison", kind="saml",
        metadata="à venir", address_trust="always",
    )  # fmt: skip


@pytest.fixture
def idp(row: IdentityProvider, tmp_path: Path, cast: f.Cast) -> Provider:
    """The provider, told of us by our metadata, tried and put in use by an administrator."""
    ours = Client().get(f"{HERE}metadata/")
    assert ours.status_code == 200
    made = Provider(tmp_path, ours.content.decode())
    keeper = f.actor(cast.administrator)
    changed = providers.change(actor=keeper, provider=row, changes={"metadata": made.metadata()})
    providers.check(actor=keeper, provider=changed)
    providers.activate(actor=keeper, provider=changed)
    return made


@pytest.fixture
def rosa(cast: f.Cast) -> Account:
    return f.account(f.person(cast.client_a, "Rosa", "Parks", email="rosa@client.example"))


def leave(browser: Client, idp: Provider, **sent: str) -> dict[str, Any]:
    """Begin, and give what the provider reads of the question."""
    page = browser.post(HERE, sent).content.decode()
    address = page.partition('href="https://idp.example/sso')[2].partition('"')[0]
    query = parse_qs(urlsplit(address.replace("&amp;", "&")).query)
    asked = idp.asked(query["SAMLRequest"][0])
    return {
        "question": asked.id,
        "acs": asked.assertion_consumer_service_url,
        "sp": asked.issuer.text,
    }


def come_back(browser: Client, response: str) -> Any:
    # As from the provider's site: what is sent across sites has no cookie.
    posted = Client().post(f"{HERE}acs/", {"SAMLResponse": response})
    assert posted.status_code == 302
    browser.cookies.update(posted.cookies)
    return browser.get(posted["Location"])


def refusals() -> list[str]:
    rows = Entry.objects.filter(verb="identity_provider.refuse_sign_in").order_by("pk")
    return [entry.after["reason"] for entry in rows]


@pytest.mark.parametrize("whole", [False, True])
def test_in(idp: Provider, rosa: Account, whole: bool) -> None:
    browser = Client()
    asked = leave(browser, idp, next="/people/me/")
    assert asked["acs"] == "http://testserver/account/with/saml-maison/acs/"
    signed = {"sign_assertion": not whole, "sign_response": whole}
    answer = come_back(browser, idp.answer(**asked, identity=ROSA, **signed))
    assert (answer.status_code, answer["Location"]) == (302, "/people/me/"), refusals()
    identity = SocialAccount.objects.get()
    assert (identity.user, identity.uid, identity.extra_data) == (rosa, "rosa-42", {})
    entry = Entry.objects.filter(verb="account.sign_in").latest("pk")
    assert entry.after == {"by": ["provider"], "provider": "saml-maison"}


def told_again(idp: Provider, folder: Path) -> Provider:
    """The same provider with a new key, told of ours as it is since it was put in use."""
    folder.mkdir()
    return Provider(folder, Client().get(f"{HERE}metadata/").content.decode())


def test_encrypted(idp: Provider, rosa: Account, tmp_path: Path, cast: f.Cast) -> None:
    """Told of our certificate it encrypts; of the two keys that it then has either signs."""
    described = Client().get(f"{HERE}metadata/").content.decode()
    assert 'use="encryption"' in described
    assert "validUntil" not in described
    newer = told_again(idp, tmp_path / "newer")
    part = idp.metadata().partition("<ns0:KeyDescriptor")
    key = newer.metadata().partition("<ns0:KeyDescriptor")[2].partition("</ns0:KeyDescriptor>")[0]
    both = f"{part[0]}<ns0:KeyDescriptor{key}</ns0:KeyDescriptor><ns0:KeyDescriptor{part[2]}"
    row = IdentityProvider.objects.get()
    row.metadata = both
    assert len(provider_discovery.read_metadata(both.encode())["certificates"]) == 2
    IdentityProvider.objects.update(found=provider_discovery.read_metadata(both.encode()))
    for signer, hidden in ((newer, True), (idp, False), (newer, False)):
        browser = Client()
        asked = leave(browser, signer)
        response = signer.answer(**asked, identity=ROSA, encrypted=hidden)
        assert (b"rosa-42" in base64.b64decode(response)) is not hidden
        assert come_back(browser, response).status_code == 302, refusals()
    assert SocialAccount.objects.get().uid == "rosa-42"
    # For another's key it is closed, and what is not signed within is nobody's.
    IdentityProvider.objects.update(secret=provider_keys.made("autre"))
    browser = Client()
    response = newer.answer(**leave(browser, newer), identity=ROSA, encrypted=True)
    assert come_back(browser, response).status_code == 403
    assert refusals() == ["answer"]


def test_clocks_may_differ_by_minutes(idp: Provider, rosa: Account) -> None:
    for minutes, status in ((4, 302), (-4, 302), (7, 403), (-20, 403)):
        browser = Client()
        asked = leave(browser, idp)
        with time_machine(minutes):
            response = idp.answer(**asked, identity=ROSA)
        assert come_back(browser, response).status_code == status, minutes


@contextmanager
def time_machine(minutes: int) -> Iterator[None]:
    """As if the provider's clock were that much ahead."""
    from saml2 import time_util

    ahead = timedelta(minutes=minutes)
    real = time_util.datetime

    class Clock(real):  # type: ignore[misc, valid-type]
        @classmethod
        def now(cls, tz: Any = None) -> Any:
            return real.now(tz) + ahead

    def instant(*_args: object, **_more: object) -> str:
        return Clock.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    with ExitStack() as patches:
        patches.enter_context(patch.object(time_util, "datetime", Clock))
        for where in ("time_util", "assertion", "s_utils", "entity", "server"):
            if hasattr(importlib.import_module(f"saml2.{where}"), "instant"):
                patches.enter_context(patch(f"saml2.{where}.instant", instant))
        yield


def test_signing_out_there_too(idp: Provider, rosa: Account, tmp_path: Path) -> None:
    there = told_again(idp, tmp_path / "again")
    IdentityProvider.objects.update(
        found=provider_discovery.read_metadata(there.metadata().encode())
    )
    browser = Client()
    browser.cookies["compagnon_language"] = "en"
    come_back(browser, there.answer(**leave(browser, there), identity=ROSA))
    assert "_auth_user_id" in browser.session
    out = browser.post("/account/logout/")
    assert "rosa" not in out["Location"]
    page = browser.get(out["Location"]).content.decode()
    address = page.partition('href="https://idp.example/slo')[2].partition('"')[0]
    assert "_auth_user_id" not in browser.session
    back = there.answers_out("https://idp.example/slo" + address.replace("&amp;", "&"))
    assert back.startswith(f"http://testserver{HERE}slo/")
    # Altered on the way it says nothing; read once, it is used up.
    assert browser.get(back.replace("Signature=", "Signature=A")).status_code == 403
    page = browser.get(out["Location"]).content.decode()
    address = page.partition('href="https://idp.example/slo')[2].partition('"')[0]
    back = there.answers_out("https://idp.example/slo" + address.replace("&amp;", "&"))
    answer = browser.get(back)
    assert (answer.status_code, b"signed you out too" in answer.content) == (200, True)
    assert browser.get(back).status_code == 403
    assert browser.get(f"{HERE}out/?as=x").status_code == 200


def test_the_provider_signs_somebody_out(idp: Provider, rosa: Account, tmp_path: Path) -> None:
    there = told_again(idp, tmp_path / "again")
    IdentityProvider.objects.update(
        found=provider_discovery.read_metadata(there.metadata().encode())
    )
    browser, other, by_password = Client(), Client(), Client()
    asked: dict[str, Any] = {}
    for one in (browser, other):
        asked = leave(one, there)
        come_back(one, there.answer(**asked, identity=ROSA))
    by_password.force_login(rosa)
    place = f"http://testserver{HERE}slo/"

    def is_in(one: Client) -> bool:
        return one.get("/account/2fa/").status_code == 200

    wish = there.asks_out(asked["sp"], place)
    # Not signed, altered, of somebody else, too long: nobody is signed out.
    for wrong in (
        wish.partition("&SigAlg")[0], wish.replace("Signature=", "Signature=A"),
        wish.replace("SAMLRequest=", "SAMLRequest=x"), f"{place}?SAMLRequest=%00&Signature=x",
        f"{place}?SAMLRequest=AAAA", place,
    ):  # fmt: skip
        assert Client().get(wrong).status_code == 403, wrong
    assert Client().get(there.asks_out(asked["sp"], place, "somebody")).status_code == 302
    assert Client().get(there.asks_out(asked["sp"], place, index="another")).status_code == 302
    assert is_in(browser)
    # As from the provider's site, without our cookies.
    answer = Client().get(wish)
    assert answer["Location"].startswith("https://idp.example/slo?SAMLResponse=")
    assert (is_in(browser), is_in(other), is_in(by_password)) == (False, False, True)
    entry = Entry.objects.filter(verb="account.sign_out").latest("pk")
    assert (entry.before, entry.after) == ({"sessions": 2}, {"provider": "saml-maison"})


def test_what_inflates_without_end_is_not_read(
    idp: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    from onelogin.saml2.utils import OneLogin_Saml2_Utils

    read: list[str] = []
    monkeypatch.setattr(
        OneLogin_Saml2_Utils, "decode_base64_and_inflate", lambda sent, **_how: read.append(sent)
    )
    packed = zlib.compress(b" " * (provider_saml.RESPONSE_MAX + 1), 9)[2:-4]
    assert len(packed) < 1_000
    query = urlencode({"SAMLRequest": base64.b64encode(packed).decode(), "Signature": "x"})
    assert Client().get(f"{HERE}slo/?{query}").status_code == 403
    assert read == []


def test_an_answer_serves_once_and_where_it_was_asked(idp: Provider, rosa: Account) -> None:
    browser = Client()
    response = idp.answer(**leave(browser, idp), identity=ROSA)
    # A stranger's browser never asked; the owner's does, once.
    assert come_back(Client(), response).status_code == 403
    assert come_back(browser, response).status_code == 302
    browser.post("/account/logout/")
    assert come_back(browser, response).status_code == 403
    asked = leave(browser, idp)
    unasked = idp.answer(**(asked | {"question": ""}), identity=ROSA)
    assert come_back(browser, unasked).status_code == 403
    # Caught elsewhere, and led to answer a question of the thief's: the signature holds the rest.
    thief = Client()
    theirs = leave(thief, idp)
    moved = edited(response, lambda root: root.set("InResponseTo", theirs["question"]))
    assert come_back(thief, moved).status_code == 403
    assert Client().get(f"{HERE}acs/finish/").status_code == 403
    assert set(refusals()) <= {"replayed", "answer", "session"}
    assert refusals().count("replayed") >= 3


def edited(response: str, change: Callable[[Any], object]) -> str:
    root = etree.fromstring(base64.b64decode(response))
    change(root)
    return base64.b64encode(etree.tostring(root)).decode()


def unsigned(root: Any) -> None:
    for one in root.findall(".//d:Signature", NS):
        one.getparent().remove(one)


def renamed(root: Any) -> None:
    root.find(".//a:NameID", NS).text = "somebody-else"


def forged(root: Any) -> Any:
    """A copy of the assertion that says another person, without its signature."""
    copied = copy.deepcopy(root.find("a:Assertion", NS))
    copied.set("ID", "_forged")
    for one in copied.findall("d:Signature", NS):
        copied.remove(one)
    copied.find(".//a:NameID", NS).text = "administrator"
    return copied


def wrapped_before(root: Any) -> None:
    root.insert(list(root).index(root.find("a:Assertion", NS)), forged(root))


def wrapped_after(root: Any) -> None:
    root.append(forged(root))


def wrapped_inside(root: Any) -> None:
    real = root.find("a:Assertion", NS)
    outer = forged(root)
    root.replace(real, outer)
    outer.append(real)


def wrapped_in_signature(root: Any) -> None:
    """The signed one hides in an object of its signature, moved to the forged one."""
    real = root.find("a:Assertion", NS)
    outer, signature = forged(root), real.find("d:Signature", NS)
    root.replace(real, outer)
    moved = copy.deepcopy(signature)
    real.remove(signature)
    etree.SubElement(moved, "{%s}Object" % NS["d"]).append(real)  # noqa: UP031
    outer.insert(1, moved)


def wrapped_in_extensions(root: Any) -> None:
    real = root.find("a:Assertion", NS)
    root.replace(real, forged(root))
    extensions = etree.Element("{%s}Extensions" % NS["p"])  # noqa: UP031
    extensions.append(real)
    root.insert(1, extensions)


def same_identifier(root: Any) -> None:
    one = forged(root)
    one.set("ID", root.find("a:Assertion", NS).get("ID"))
    root.insert(1, one)


def commented(root: Any) -> None:
    """What follows a comment is dropped by parsers that read the first text alone."""
    name = root.find(".//a:NameID", NS)
    name.text = "rosa"
    name.append(etree.Comment("x"))
    name[0].tail = "-42"


FORGERIES = (
    unsigned, renamed, wrapped_before, wrapped_after, wrapped_inside, wrapped_in_signature,
    wrapped_in_extensions, same_identifier,
)  # fmt: skip


def test_forgeries_are_refused(idp: Provider, rosa: Account) -> None:
    browser = Client()
    for forgery in FORGERIES:
        response = idp.answer(**leave(browser, idp), identity=ROSA)
        answer = come_back(browser, edited(response, forgery))
        assert answer.status_code == 403, forgery
    assert set(refusals()) == {"answer"}
    assert not SocialAccount.objects.exists()
    # A comment changes no signature: the whole name is read, or nothing.
    response = idp.answer(**leave(browser, idp), identity=ROSA)
    come_back(browser, edited(response, commented))
    assert set(SocialAccount.objects.values_list("uid", flat=True)) <= {"rosa-42"}


def test_what_is_for_others_or_broken_is_refused(
    idp: Provider, rosa: Account, tmp_path: Path
) -> None:
    browser = Client()
    folder = tmp_path / "another"
    folder.mkdir()
    another = Provider(folder, Client().get(f"{HERE}metadata/").content.decode())
    asked = leave(browser, idp)
    assert come_back(browser, another.answer(**asked, identity=ROSA)).status_code == 403
    for change in ({"acs": "https://elsewhere.example/acs"}, {"sign": False}):
        asked = leave(browser, idp)
        sign = bool(change.pop("sign", True))
        response = idp.answer(**(asked | change), identity=ROSA, sign_assertion=sign)
        assert come_back(browser, response).status_code == 403
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><x>&b;</x>'
    for broken in ("", "AAAA", "%%%", base64.b64encode(bomb).decode(), "A" * 300_000):
        posted = browser.post(f"{HERE}acs/", {"SAMLResponse": broken})
        answer = browser.get(posted["Location"]) if posted.status_code == 302 else posted
        assert answer.status_code == 403, broken[:20]
    assert not SocialAccount.objects.exists()


def test_without_the_extra_it_says_what_to_install(
    idp: Provider, rosa: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(provider_saml, "find_spec", lambda _name: None)
    answer = Client().post(HERE, HTTP_ACCEPT_LANGUAGE="en")
    assert answer.status_code == 403
    assert b"compagnon[saml]" in answer.content
    assert Client().get(f"{HERE}metadata/").status_code == 501
    assert refusals() == ["not-installed"]


def test_metadata_that_is_none_is_refused(idp: Provider) -> None:
    good = idp.metadata()
    for wrong in (
        "", "<x/>", "not xml", '<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>',
        good.replace("HTTP-Redirect", "HTTP-POST"), good.replace("X509Certificate", "Nothing"),
        good.replace("https://idp.example/sso", "file:///etc/passwd"),
        f"<all>{good.partition('?>')[2] or good}{good.partition('?>')[2] or good}</all>",
    ):  # fmt: skip
        with pytest.raises(CompagnonError):
            provider_discovery.read_metadata(wrong.encode())
