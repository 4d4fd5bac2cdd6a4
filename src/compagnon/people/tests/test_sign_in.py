"""Signing in: lock-out, timing, flooding, sessions."""

from __future__ import annotations

import time

import pytest
from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.core import mail
from django.http import HttpResponse
from django.test import Client, override_settings
from django.utils import translation

from compagnon.config.tests.world import token
from compagnon.core import journal
from compagnon.core.errors import NotFound, Refused
from compagnon.core.models import Entry
from compagnon.core.tasks.worker import run_due
from compagnon.people.models import Person
from compagnon.people.queries_sign_in import sessions_of
from compagnon.people.services import sessions
from compagnon.people.tests import factories as f

WRONG = "Ce-n-est-pas-lui-99"


def sign_in(email: str, password: str, client: Client | None = None, **extra: str) -> HttpResponse:
    return (client or Client()).post(
        "/account/login/", {"login": email, "password": password}, **extra
    )


def is_in(client: Client) -> bool:
    return client.get("/account/password/change/").status_code == 200


def test_sign_in_and_out(cast: f.Cast) -> None:
    client = Client()
    assert sign_in("URSULE@client-a.example", f.PASSWORD, client).status_code == 302
    assert is_in(client)
    assert UserSession.objects.get().user == cast.user.account
    assert client.get("/account/logout/").status_code == 200
    assert is_in(client)
    client.post("/account/logout/")
    assert not is_in(client)
    verbs = [entry.verb for entry in journal.history(cast.user.account)]
    assert verbs == ["account.sign_in", "account.sign_out"]
    # allauth's own table of addresses stays empty: the account's is the only one.
    assert not EmailAddress.objects.exists()


def test_five_failures_from_one_address_lock_that_account_and_no_other(cast: f.Cast) -> None:
    for _turn in range(5):
        assert sign_in("ursule@client-a.example", WRONG).status_code == 200
    assert sign_in("ursule@client-a.example", f.PASSWORD).status_code == 200
    assert sign_in("Ursule@CLIENT-A.example ", f.PASSWORD).status_code == 200
    assert sign_in("ursule@client-a.example", f.PASSWORD, HTTP_HOST="localhost").status_code == 200
    assert sign_in("colin@client-a.example", f.PASSWORD).status_code == 302


def test_a_strangers_failures_do_not_shut_the_owner_out(cast: f.Cast) -> None:
    for _turn in range(6):
        assert (
            sign_in("ursule@client-a.example", WRONG, REMOTE_ADDR="203.0.113.9").status_code == 200
        )
    stranger = sign_in("ursule@client-a.example", f.PASSWORD, REMOTE_ADDR="203.0.113.9")
    assert stranger.status_code == 200
    assert (
        sign_in("ursule@client-a.example", f.PASSWORD, REMOTE_ADDR="192.0.2.7").status_code == 302
    )


def test_guessing_from_everywhere_is_bounded_but_not_where_the_owner_works(cast: f.Cast) -> None:
    sign_in("ursule@client-a.example", f.PASSWORD, REMOTE_ADDR="192.0.2.7")
    for number in range(62):
        sign_in("ursule@client-a.example", WRONG, REMOTE_ADDR=f"203.0.113.{number // 4}")
    fresh = sign_in("ursule@client-a.example", f.PASSWORD, REMOTE_ADDR="198.51.100.1")
    assert fresh.status_code == 200
    usual = sign_in("ursule@client-a.example", f.PASSWORD, REMOTE_ADDR="192.0.2.7")
    assert usual.status_code == 302
    other = sign_in("colin@client-a.example", f.PASSWORD, REMOTE_ADDR="198.51.100.1")
    assert other.status_code == 302


def test_right_passwords_are_not_counted_anywhere(cast: f.Cast) -> None:
    for number in range(70):
        address = f"203.0.113.{number}"
        signed = sign_in("ursule@client-a.example", f.PASSWORD, REMOTE_ADDR=address)
        assert signed.status_code == 302


def test_the_lock_opens_after_five_minutes(cast: f.Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    for _turn in range(5):
        sign_in("ursule@client-a.example", WRONG)
    real = time.time
    monkeypatch.setattr(time, "time", lambda: real() + 301)
    assert sign_in("ursule@client-a.example", f.PASSWORD).status_code == 302


def test_right_passwords_are_not_counted(cast: f.Cast) -> None:
    for _turn in range(8):
        assert sign_in("ursule@client-a.example", f.PASSWORD).status_code == 302


def test_wrong_and_unknown_are_told_alike(cast: f.Cast) -> None:
    wrong = sign_in("ursule@client-a.example", WRONG).content.decode()
    unknown = sign_in("nobody@client-a.example", WRONG).content.decode()
    strip = {"ursule": "nobody"}
    for old, new in strip.items():
        wrong = wrong.replace(old, new)

    def without_token(page: str) -> list[str]:
        return [line for line in page.splitlines() if "csrf" not in line and "nonce" not in line]

    assert without_token(wrong) == without_token(unknown)


@override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.Argon2PasswordHasher"])
def test_an_unknown_address_takes_as_long(cast: f.Cast) -> None:
    from django.contrib.auth import authenticate

    account = cast.user.account
    account.set_password(f.PASSWORD)
    account.save()
    closed = cast.colleague.account
    closed.set_unusable_password()
    closed.save()

    known, *others = taken = {
        name: [] for name in ("ursule@client-a.example", "nobody@client-a.example",
                              "colin@client-a.example")
    }  # fmt: skip
    # Each in its turn, so that what slows the machine down slows them all.
    for email in 5 * [*taken]:
        # The work done, not the clock on the wall: the machine may be busy elsewhere.
        start = time.process_time()
        assert authenticate(None, email=email, password=WRONG) is None
        taken[email].append(time.process_time() - start)
    for email in others:
        assert 0.4 < min(taken[email]) / min(taken[known]) < 2.5


def test_asking_for_a_password_is_bounded(cast: f.Cast) -> None:
    def ask(email: str) -> HttpResponse:
        answer = Client().post("/account/password/reset/", {"email": email})
        run_due()
        return answer

    for _turn in range(5):
        assert ask("ursule@client-a.example").status_code == 302
    assert ask("ursule@client-a.example").status_code == 429
    assert len(mail.outbox) == 5
    assert ask("colin@client-a.example").status_code == 302
    assert len(mail.outbox) == 6
    # Nobody who has no account gets mail from us.
    assert ask("stranger@elsewhere.example").status_code == 302
    assert len(mail.outbox) == 6


def test_a_reset_mail_is_in_the_persons_language(cast: f.Cast) -> None:
    Person.objects.filter(pk=cast.colleague.pk).update(language="en")
    for email in ("ursule@client-a.example", "colin@client-a.example"):
        Client().post("/account/password/reset/", {"email": email})
        run_due()
    french, english = mail.outbox
    assert "mot de passe" in french.subject
    assert "password" in english.subject
    assert french.extra_headers["Auto-Submitted"] == "auto-generated"


def test_another_password_ends_the_other_sessions(cast: f.Cast) -> None:
    here, there = Client(), Client()
    for client in (here, there):
        sign_in("ursule@client-a.example", f.PASSWORD, client)
    new = "Un-autre-mot-de-passe-7"
    answer = here.post(
        "/account/password/change/",
        {"oldpassword": f.PASSWORD, "password1": new, "password2": new},
    )
    assert answer.status_code == 302
    assert is_in(here)
    assert not is_in(there)


def test_sessions_are_listed_and_ended(cast: f.Cast) -> None:
    here, there = Client(), Client()
    for client in (here, there):
        sign_in("ursule@client-a.example", f.PASSWORD, client)
    account = cast.user.account
    session = UserSession.objects.get(session_key=there.session.session_key)
    sessions.end(actor=f.actor(cast.user), account=account, session_id=session.pk)
    assert is_in(here)
    assert not is_in(there)
    sign_in("ursule@client-a.example", f.PASSWORD, there)
    key = here.session.session_key
    assert sessions.end_all(actor=f.actor(cast.user), account=account, but=str(key)) == 1
    assert is_in(here)
    assert not is_in(there)


def test_sessions_of_others_are_not_ended(cast: f.Cast) -> None:
    client = Client()
    sign_in("ursule@client-a.example", f.PASSWORD, client)
    session = UserSession.objects.get()
    with pytest.raises(Refused):
        sessions.end(
            actor=f.actor(cast.colleague), account=cast.user.account, session_id=session.pk
        )
    # A key of somebody else's session is not found through one's own account.
    with pytest.raises(NotFound):
        sessions.end(
            actor=f.actor(cast.colleague), account=cast.colleague.account, session_id=session.pk
        )
    with pytest.raises(Refused):
        sessions.end_all(actor=f.actor(cast.supervisor), account=cast.user.account)
    assert is_in(client)
    assert sessions.end_all(actor=f.actor(cast.administrator), account=cast.user.account) == 1
    assert not is_in(client)


def test_the_session_is_read_in_few_queries(
    cast: f.Cast, django_assert_max_num_queries: object
) -> None:
    from django.test import RequestFactory

    from compagnon.people.backends import Backend
    from compagnon.people.middleware import page_actor

    request = RequestFactory().get("/")
    with django_assert_max_num_queries(4):  # type: ignore[operator]
        account = Backend().get_user(cast.technician.account.pk)
        assert account is not None
        request.user = account
        assert page_actor(request).scope.allows("ticket.view", None)
        assert account.person.organisation.time_zone


def test_whoever_manages_accounts_sees_and_ends_sessions(cast: f.Cast) -> None:
    browser = Client(HTTP_USER_AGENT="Mozilla/5.0 Firefox/140.0")
    sign_in("ursule@client-a.example", f.PASSWORD, browser)
    account = cast.user.account
    # One whose time is over is none any more.
    UserSession.objects.create(user=account, session_key="gone", ip="192.0.2.9", user_agent="old")
    page, place = Client(), f"/people/accounts/{account.pk}/sessions/"
    page.cookies["compagnon_language"] = "en"
    page.force_login(cast.administrator.account)
    told = page.get(place).content.decode()
    assert "Firefox" in told
    assert "192.0.2.9" not in told
    assert "chosen here" in told
    assert place in page.get(f"/people/persons/{cast.user.pk}/").content.decode()
    (session,) = sessions_of(account)
    for person in (cast.technician, cast.supervisor, cast.outsider):
        other = Client()
        other.force_login(person.account)
        assert other.get(place).status_code in {403, 404}
        assert other.post(f"{place}{session.pk}/end/").status_code in {403, 404}
    assert is_in(browser)
    page.post(f"{place}{session.pk}/end/")
    assert not is_in(browser)
    assert Entry.objects.filter(verb="session.end", actor_id=cast.administrator.pk).exists()
    sign_in("ursule@client-a.example", f.PASSWORD, browser)
    api = {"HTTP_AUTHORIZATION": f"Bearer {token(cast.administrator)}"}
    listed = Client().get(f"/api/v1/accounts/{account.pk}/sessions", **api).json()["items"]
    assert [one["id"] for one in listed] == [sessions_of(account).get().pk]
    place = f"/api/v1/accounts/{account.pk}/sessions/{listed[0]['id']}"
    theirs = {"HTTP_AUTHORIZATION": f"Bearer {token(cast.technician)}"}
    assert Client().delete(place, **theirs).status_code == 404
    assert Client().delete(place, **api).status_code == 204
    assert not is_in(browser)


def test_one_ends_ones_own_and_sees_how_one_came(cast: f.Cast) -> None:
    here, there = Client(), Client()
    for client in (here, there):
        sign_in("ursule@client-a.example", f.PASSWORD, client)
    here.cookies["compagnon_language"] = "en"
    page = here.get("/account/sessions/").content.decode()
    assert page.count("/end/") == 1
    assert "Last sign-ins" in page
    session = UserSession.objects.get(session_key=there.session.session_key)
    stranger = Client()
    sign_in("colin@client-a.example", f.PASSWORD, stranger)
    assert stranger.post(f"/account/sessions/{session.pk}/end/").status_code == 404
    here.post(f"/account/sessions/{session.pk}/end/")
    assert (is_in(here), is_in(there)) == (True, False)
    sign_in("ursule@client-a.example", f.PASSWORD, there)
    here.post("/account/sessions/")
    assert (is_in(here), is_in(there)) == (True, False)
    assert Entry.objects.filter(verb="session.end", actor_id=cast.user.pk).count() == 2
    # Another password ends the others, and the list says so.
    sign_in("ursule@client-a.example", f.PASSWORD, there)
    new = "Un-autre-mot-de-passe-7"
    here.post(
        "/account/password/change/",
        {"oldpassword": f.PASSWORD, "password1": new, "password2": new},
    )
    assert sessions_of(cast.user.account).count() == 1


def test_the_journal_says_by_what_somebody_came(cast: f.Cast) -> None:
    from compagnon.core import journal_words

    sign_in("ursule@client-a.example", f.PASSWORD)
    entries = list(Entry.objects.filter(verb="account.sign_in"))
    with translation.override("fr"):
        (line,) = journal_words.tell(f.actor(cast.administrator), entries)
        assert [(str(one.label), one.after) for one in line.changes] == [("Par", "mot de passe")]
    assert line.subject.label == str(cast.user)
