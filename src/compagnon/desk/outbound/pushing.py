"""Telling a browser: what it shows, encrypted for it alone, handed to its maker's push service.

The service's address came from a browser, so it is called through ``core.guarded_http``: https,
public addresses, no redirection. It learns that something is told, not what.
"""

from __future__ import annotations

import json
import time
from urllib.parse import urlsplit

import structlog
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from django.conf import settings
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import ngettext

from compagnon.core import guarded_http
from compagnon.core.sealing import Unreadable
from compagnon.core.tasks import RetryLater
from compagnon.desk import notice_words
from compagnon.desk.models import Notice, PushSubscription
from compagnon.desk.outbound import push_keys, webpush
from compagnon.desk.services.releasing import readable

log = structlog.get_logger(__name__)

TTL = 24 * 3600
FAILURES_MAX = 12
TITLE, BODY = 120, 300
LATER = (30, 120, 600, 1800, 3600, 7200)


def push(subscription_id: int, notice_ids: list[int]) -> None:
    """Tell one browser of these notices, as one; nothing where none may still be read.

    Raises:
        RetryLater: the push service does not answer, or asks to wait.
    """
    rows = PushSubscription.objects.select_related("person", "key")
    one = rows.filter(
        pk=subscription_id, person__is_active=True, person__account__is_active=True
    ).first()
    notices = readable(one.person, notice_ids) if one else []
    # Signed out meanwhile, an account closed, or nothing that may still be read.
    if one is None or not notices:
        return
    try:
        endpoint, browser = push_keys.opened(one)
        key = push_keys.private(one.key)
    except (Unreadable, webpush.NotAKey):
        # The secret key was changed without keeping the old one: the browser asks again.
        one.delete()
        return
    body = webpush.encrypt(payload(notices, one.person.language), browser)
    try:
        answer = guarded_http.call(
            endpoint, body=body, headers=_headers(endpoint, key, notices), seconds=20
        )
    except guarded_http.NotAllowed as error:
        log.warning("push address refused", subscription=one.pk, why=error.reason)
        one.delete()
        return
    except guarded_http.Unanswered as error:
        _failed(one, str(error))
        raise RetryLater(_wait(one)) from error
    _take(one, answer)


def _take(one: PushSubscription, answer: guarded_http.Answer) -> None:
    if 200 <= answer.status < 300:
        PushSubscription.objects.filter(pk=one.pk).update(sent_at=timezone.now(), failures=0)
        return
    if answer.status in {404, 410}:
        # The browser was taken away, or asked no longer to be told (RFC 8030, 7.3).
        one.delete()
        return
    _failed(one, str(answer.status))
    if answer.status == 429 or answer.status >= 500:
        after = answer.retry_after
        asked = int(after) if after.isascii() and after.isdecimal() and len(after) < 6 else 0
        raise RetryLater(max(_wait(one), min(asked, 6 * 3600)))


def _failed(one: PushSubscription, why: str) -> None:
    one.failures += 1
    log.info("push failed", subscription=one.pk, why=why[:120], failures=one.failures)
    if one.failures >= FAILURES_MAX:
        one.delete()
    else:
        one.save(update_fields=["failures"])


def _wait(one: PushSubscription) -> int:
    return LATER[min(one.failures, len(LATER)) - 1]


def _headers(endpoint: str, key: EllipticCurvePrivateKey, notices: list[Notice]) -> dict[str, str]:
    return {
        "Content-Type": "application/octet-stream",
        "Content-Encoding": "aes128gcm",
        "TTL": str(TTL),
        "Urgency": "normal",
        # A later message of the same topic takes the place of one that waits (RFC 8030, 5.4).
        "Topic": f"notice-{notices[-1].pk}"[:32],
        "Authorization": webpush.authorization(
            endpoint,
            key,
            contact=_contact(),
            now=int(time.time()),
        ),
    }


def _contact() -> str:
    """Where the operator of a push service writes to ours; some refuse what is no real address."""
    if settings.BASE_URL.startswith("https://"):
        return settings.BASE_URL
    return f"mailto:{settings.DEFAULT_FROM_EMAIL}"


def payload(notices: list[Notice], language: str) -> bytes:
    """Give what the browser shows: a title, a line, where a press leads, how many are unread."""
    with translation.override(language):
        if len(notices) == 1:
            (one,) = notices
            title, body = notice_words.line(one), str(one.ticket)
            url, tag = notice_words.path(one), f"ticket-{one.ticket_id}"
        else:
            count = len(notices)
            title = ngettext(
                "%(count)d thing that concerns you", "%(count)d things that concern you", count
            ) % {"count": count}
            body = "\n".join(f"{notice_words.line(one)} – {one.ticket}" for one in notices[:4])
            url, tag = reverse("desk:for_me"), "several"
    told = {"title": title[:TITLE], "body": body[:BODY], "url": url, "tag": tag, "lang": language}
    return json.dumps(told, ensure_ascii=False).encode()


def is_form_of_endpoint(url: str) -> bool:
    """Tell whether an address looks like one of a push service: https, or a server let in."""
    try:
        guarded_http.check(url)
    except guarded_http.NotAllowed:
        return False
    return bool(urlsplit(url).hostname)
