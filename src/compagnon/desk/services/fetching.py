"""Reading a mailbox by IMAP: how it is set, and taken away. Reading itself is the workers'."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from compagnon.core import guarded_http, journal
from compagnon.core.actor import Actor
from compagnon.core.api.errors import from_django
from compagnon.core.errors import Conflict, Invalid, Stale
from compagnon.core.sealing import seal
from compagnon.core.services import service
from compagnon.core.visibility import get_visible
from compagnon.desk.inbound.fetching.connecting import LABEL
from compagnon.desk.models import AfterReading, ImapSecurity, ImapSignIn, Mailbox, MailFetch
from compagnon.desk.policies_connections import CONFIGURE, check

SECRETS = ("password", "client_secret", "refresh_token")
FIELDS = (
    "host", "port", "security", "user", "sign_in", "client_id", "token_url", "oauth_scope",
    "folder", "existing", "after", "move_to", "every_seconds", "is_active",
)  # fmt: skip
NEEDED: dict[str, tuple[str, ...]] = {
    ImapSignIn.PASSWORD: ("password",),
    ImapSignIn.REFRESH: ("client_id", "token_url", "refresh_token"),
    ImapSignIn.CLIENT: ("client_id", "token_url", "client_secret"),
}
# What points to another mailbox: it is then read from its own beginning.
PLACE = ("host", "user", "folder")


@service("imap.set")
def set_fetch(
    *,
    actor: Actor,
    mailbox: Mailbox,
    values: dict[str, Any],
    expected_version: int | None = None,
) -> MailFetch:
    """Say how a mailbox is read, or change it. A secret that is absent or empty stays.

    Changing server, name or folder starts from the new folder's own beginning.

    Raises:
        NotFound, Refused: the mailbox is not visible, or not the actor's to configure.
        Invalid: a value does not fit, or a secret that the sign-in needs is missing.
        Stale: it has another version than expected.
    """
    mailbox = get_visible(Mailbox, actor, pk=mailbox.pk)
    check(actor, CONFIGURE, mailbox.organisation_id)
    row = MailFetch.objects.select_for_update().filter(mailbox=mailbox).first()
    if expected_version is not None and (row is None or row.version != expected_version):
        raise Stale
    is_new = row is None
    fetch = row or MailFetch(mailbox=mailbox)
    before = {name: getattr(fetch, name) for name in FIELDS} if row else {}
    for name in FIELDS:
        if name in values:
            given = values[name]
            setattr(fetch, name, given.strip() if isinstance(given, str) else given)
    changed_place = not is_new and any(before[name] != getattr(fetch, name) for name in PLACE)
    renewed = [name for name in SECRETS if values.get(name)]
    if changed_place or (row and before["token_url"] != fetch.token_url):
        # A secret that somebody else typed is never sent to a server of another's choice: not
        # even because another secret is given with it.
        for name in SECRETS:
            setattr(fetch, name, "")
    for name in renewed:
        setattr(fetch, name, seal(str(values[name]), label=LABEL))
    fetch.access_token, fetch.access_until = "", None
    _validate(fetch)
    if changed_place:
        fetch.uid_validity, fetch.last_uid, fetch.to_mark = None, 0, []
    fetch.next_at, fetch.failures, fetch.error = None, 0, ""
    fetch.listen_after = None
    fetch.version += 0 if is_new else 1
    fetch.save()
    if changed_place:
        fetch.failed.all().delete()
    old, new = journal.changes(before, {name: getattr(fetch, name) for name in FIELDS})
    journal.record(
        actor=actor,
        verb="imap.set",
        subject=fetch,
        organisation_id=mailbox.organisation_id,
        before={} if is_new else old,
        after=new | ({"secrets": renewed} if renewed else {}),
    )
    return fetch


@service("imap.remove")
def remove_fetch(*, actor: Actor, fetch: MailFetch) -> None:
    """Read a mailbox no more; what it brought stays.

    Raises:
        NotFound, Refused: as :func:`set_fetch`.
    """
    row = _locked(actor, fetch.pk)
    journal.record(
        actor=actor,
        verb="imap.remove",
        subject=row,
        organisation_id=row.mailbox.organisation_id,
        before={"host": row.host, "user": row.user},
    )
    row.delete()


@service("imap.read")
def read_now(*, actor: Actor, fetch: MailFetch) -> MailFetch:
    """Have a mailbox read at once, and what failed tried again.

    Raises:
        NotFound, Refused: as :func:`set_fetch`.
        Conflict: it is out of use.
    """
    row = _locked(actor, fetch.pk)
    if not row.is_active or not row.mailbox.is_active:
        raise Conflict(_("This mailbox is out of use."))
    row.next_at = None
    row.save(update_fields=["next_at"])
    row.failed.update(is_final=False, attempts=0)
    journal.record(
        actor=actor, verb="imap.read", subject=row, organisation_id=row.mailbox.organisation_id
    )
    from compagnon.desk.tasks_connections import read_mailbox

    read_mailbox.enqueue(row.pk)
    return row


def _locked(actor: Actor, pk: int) -> MailFetch:
    rows = MailFetch.objects.select_for_update(of=("self",)).select_related("mailbox")
    row = get_visible(MailFetch, actor, rows, pk=pk)
    check(actor, CONFIGURE, row.mailbox.organisation_id)
    return row


def _missing(fetch: MailFetch) -> dict[str, list[Any]]:
    """Give what the chosen sign-in still asks for, by field."""
    words = {
        "password": _("Give the password."),
        "client_id": _("Give the client identifier."),
        "token_url": _("Give the token endpoint."),
        "refresh_token": _("Give the refresh token."),
        "client_secret": _("Give the client secret."),
    }
    return {name: [words[name]] for name in NEEDED[fetch.sign_in] if not getattr(fetch, name)}


def _validate(fetch: MailFetch) -> None:
    if fetch.sign_in not in NEEDED:
        raise Invalid(fields={"sign_in": [_("There is no such choice.")]})
    faults = _missing(fetch)
    if fetch.sign_in != ImapSignIn.PASSWORD and fetch.token_url:
        try:
            guarded_http.check(fetch.token_url)
        except guarded_http.NotAllowed as error:
            faults["token_url"] = [_("It may not be called: %(why)s") % {"why": error}]
    if fetch.after == AfterReading.MOVE and not fetch.move_to:
        faults["move_to"] = [_("Say to which folder.")]
    elif fetch.after == AfterReading.MOVE and fetch.move_to == fetch.folder:
        faults["move_to"] = [_("This is the folder that is read.")]
    for name in ("host", "user", "folder", "move_to"):
        if any(ord(sign) < 32 or ord(sign) == 127 for sign in getattr(fetch, name)):
            faults[name] = [_("It holds a sign that cannot be.")]
    if fetch.security == ImapSecurity.NONE and not _is_allowed_in_clear(fetch):
        faults["security"] = [_("Passwords travel encrypted, but for servers inside.")]
    if faults:
        raise Invalid(fields=faults)
    try:
        fetch.clean_fields(exclude={one.name for one in MailFetch._meta.fields} - {*FIELDS})
    except ValidationError as error:
        raise from_django(error) from None


def _is_allowed_in_clear(fetch: MailFetch) -> bool:
    """Tell whether the server is one inside that the operator named."""
    try:
        return guarded_http.locate(fetch.host, fetch.port).is_internal
    except (guarded_http.NotAllowed, guarded_http.Unanswered):
        return False
