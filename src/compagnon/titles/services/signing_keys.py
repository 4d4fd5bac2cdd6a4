"""The keys that sign attestations: made, changed, backed up, brought back."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_der_private_key
from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from compagnon.core import journal
from compagnon.core.actor import Actor
from compagnon.core.errors import Conflict, Invalid
from compagnon.core.services import service
from compagnon.people.models import Organisation, OrganisationKind
from compagnon.titles import policies_outcomes as policies
from compagnon.titles.models import KeyPurpose, KeyState, SigningKey
from compagnon.titles.proving import certificates, keys
from compagnon.titles.proving.errors import Unproven

PASSPHRASE_LEAST = 12
_PARTS = ("purpose", "state", "name", "did", "certificate", "created_at", "retired_at")


@dataclass(frozen=True, slots=True)
class Signers:
    """The keys in use, opened: for the time of one signature."""

    authority: x509.Certificate
    document: certificates.Held
    credential: Ed25519PrivateKey
    credential_row: SigningKey


def usual_name() -> str:
    """Give whose keys are unless somebody says: the organisation's at the top, else the host's."""
    top = Organisation.objects.filter(parent=None, kind=OrganisationKind.PROVIDER).order_by("pk")
    named = top.values_list("name", flat=True).first()
    return named or urlsplit(settings.BASE_URL).hostname or "Compagnon"


# --- made and changed -------------------------------------------------------------------------


@service("attestation.keys")
def create_keys(*, actor: Actor, name: str) -> list[SigningKey]:
    """Make the first keys: an authority, a key for PDF files, a key for credentials.

    Args:
        name: the signer's, as readers of PDF show it: the centre's; at most 64 characters.

    Raises:
        Refused: no role gives ``attestation.keys`` everywhere.
        Invalid: there is no name.
        Conflict: there are keys already: they are changed, not made again.
    """
    policies.check_keys(actor)
    clean = " ".join(name.split())[:64]
    if not clean:
        raise Invalid(fields={"name": [_("Say whose keys they are.")]})
    if SigningKey.objects.select_for_update().filter(state=KeyState.ACTIVE).exists():
        raise Conflict(_("There are keys already: change them with «rotate»."))
    now = timezone.now()
    authority = certificates.make_authority(clean, now=now)
    made = [_keep(KeyPurpose.AUTHORITY, clean, authority.key, authority.certificate, now)]
    made += _make_signers(clean, authority, now)
    journal.record(actor=actor, verb="attestation_keys.create", subject=made[0], after=_told(made))
    return made


@service("attestation.keys")
def rotate_keys(*, actor: Actor, name: str = "") -> list[SigningKey]:
    """Put new keys for PDF files and credentials in use, under the same authority.

    The former ones are kept, to verify; who trusts the authority need do nothing, except to take
    the new trust file where they check credentials apart from their PDF.

    Raises:
        Refused: no role gives ``attestation.keys`` everywhere.
        Conflict: there are no keys yet.
    """
    policies.check_keys(actor)
    current = {row.purpose: row for row in _active().select_for_update()}
    if KeyPurpose.AUTHORITY not in current:
        raise Conflict(no_keys())
    row = current[KeyPurpose.AUTHORITY]
    authority = certificates.Held(_rsa(row), _certificate(row))
    now = timezone.now()
    SigningKey.objects.filter(
        state=KeyState.ACTIVE, purpose__in=(KeyPurpose.DOCUMENT, KeyPurpose.CREDENTIAL)
    ).update(state=KeyState.RETIRED, retired_at=now)
    made = _make_signers(" ".join(name.split())[:64] or row.name, authority, now)
    journal.record(
        actor=actor,
        verb="attestation_keys.rotate",
        subject=row,
        before=_told(list(current.values())),
        after=_told(made),
    )
    return made


def _make_signers(name: str, authority: certificates.Held, now: datetime) -> list[SigningKey]:
    document = certificates.make_signer(name, authority, now=now)
    credential = Ed25519PrivateKey.generate()
    certified = certificates.certify(name, credential, authority, now=now)
    return [
        _keep(KeyPurpose.DOCUMENT, name, document.key, document.certificate, now),
        _keep(KeyPurpose.CREDENTIAL, name, credential, certified, now),
    ]


def _keep(
    purpose: KeyPurpose,
    name: str,
    key: RSAPrivateKey | Ed25519PrivateKey,
    certificate: x509.Certificate,
    now: datetime,
) -> SigningKey:
    fingerprint = certificate.fingerprint(hashes.SHA256()).hex()
    return SigningKey.objects.create(
        purpose=purpose,
        name=name,
        fingerprint=fingerprint,
        did=keys.did_key(key.public_key()) if isinstance(key, Ed25519PrivateKey) else "",
        certificate=certificates.write_pem([certificate]).decode(),
        sealed=box().seal(keys.private_bytes(key), about=fingerprint),
        created_at=now,
    )


def _told(rows: Iterable[SigningKey]) -> dict[str, str]:
    return {row.purpose: row.fingerprint for row in rows}


def no_keys() -> str:
    """Say that there are no keys, and what to do."""
    return str(
        _(
            "There are no signing keys yet: an administrator makes them with "
            "«compagnon attestation keys create»."
        )
    )


# --- used -------------------------------------------------------------------------------------


def box() -> keys.Box:
    """Give what opens private keys: the installation's secret, and those that it had before."""
    return keys.Box((settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS))


def signers() -> Signers:
    """Open the keys in use.

    Raises:
        Conflict: there are none, or the installation's secret does not open them.
    """
    rows = {row.purpose: row for row in _active()}
    if len(rows) != len(KeyPurpose):
        raise Conflict(no_keys(), code="no-keys")
    document, credential = rows[KeyPurpose.DOCUMENT], rows[KeyPurpose.CREDENTIAL]
    return Signers(
        authority=_certificate(rows[KeyPurpose.AUTHORITY]),
        document=certificates.Held(_rsa(document), _certificate(document)),
        credential=credential_key(credential),
        credential_row=credential,
    )


def credential_key(row: SigningKey) -> Ed25519PrivateKey:
    """Open a key of credentials, in use or retired.

    Raises:
        Conflict: the installation's secret does not open it.
    """
    return keys.ed25519(_open(row))


def _open(row: SigningKey) -> bytes:
    try:
        return box().open(bytes(row.sealed), about=row.fingerprint)
    except Unproven as error:
        raise Conflict(
            _(
                "The signing keys were sealed with another secret: give the former one in "
                "COMPAGNON_SECRET_KEY_FALLBACKS, or bring the keys back from their backup."
            ),
            code="keys-sealed",
        ) from error


def _rsa(row: SigningKey) -> RSAPrivateKey:
    key = load_der_private_key(_open(row), None)
    if not isinstance(key, RSAPrivateKey):
        raise TypeError(f"key {row.pk} is of another kind than its purpose")
    return key


def _certificate(row: SigningKey) -> x509.Certificate:
    return x509.load_pem_x509_certificate(row.certificate.encode())


def _active() -> QuerySet[SigningKey]:
    return SigningKey.objects.filter(state=KeyState.ACTIVE)


# --- carried ----------------------------------------------------------------------------------


@service("attestation.keys")
def backup_keys(*, actor: Actor, passphrase: str) -> bytes:
    """Give every key, in use and retired, in a file that only the passphrase opens.

    Raises:
        Refused: no role gives ``attestation.keys`` everywhere.
        Invalid: the passphrase is too short.
        Conflict: there are no keys, or they cannot be opened.
    """
    policies.check_keys(actor)
    if len(passphrase) < PASSPHRASE_LEAST:
        raise Invalid(
            fields={
                "passphrase": [_("At least %(least)s characters.") % {"least": PASSPHRASE_LEAST}]
            }
        )
    rows = list(SigningKey.objects.order_by("pk"))
    if not rows:
        raise Conflict(no_keys(), code="no-keys")
    content: dict[str, object] = {
        "compagnon": "signing keys",
        "keys": [
            {
                **{name: _written(getattr(row, name)) for name in _PARTS},
                "private": base64.b64encode(_open(row)).decode(),
            }
            for row in rows
        ],
    }
    journal.record(
        actor=actor,
        verb="attestation_keys.backup",
        subject=rows[0],
        after={"keys": len(rows)},
    )
    return keys.seal_backup(content, passphrase)


def _written(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else value


@service("attestation.keys")
def restore_keys(*, actor: Actor, content: bytes, passphrase: str) -> list[SigningKey]:
    """Bring keys back from a backup; those that are here already are sealed anew, and kept.

    Raises:
        Refused: no role gives ``attestation.keys`` everywhere.
        Invalid: it is no backup, or the passphrase is wrong.
        Conflict: other keys are in use here: keys of two installations are not mixed.
    """
    policies.check_keys(actor)
    try:
        document = keys.open_backup(content, passphrase)
        entries = [_entry(one) for one in document["keys"]]  # type: ignore[attr-defined]
    except Unproven as error:
        told = (
            _("The passphrase is wrong, or the file was changed.")
            if error.code == "passphrase"
            else _("This is no backup of signing keys.")
        )
        raise Invalid(told, code=error.code) from error
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Invalid(_("This is no backup of signing keys."), code="not-a-backup") from error
    here = {row.purpose: row.fingerprint for row in _active().select_for_update()}
    authority = here.get(KeyPurpose.AUTHORITY)
    if authority and authority not in {entry["fingerprint"] for entry in entries}:
        raise Conflict(_("Other keys are in use here: keys of two installations are not mixed."))
    rows = [_bring_back(entry, in_use=here) for entry in entries]
    journal.record(
        actor=actor, verb="attestation_keys.restore", subject=rows[0], after={"keys": len(rows)}
    )
    return rows


def _entry(one: Mapping[str, str]) -> dict[str, object]:
    certificate = x509.load_pem_x509_certificate(one["certificate"].encode())
    retired = one["retired_at"]
    return {
        "purpose": KeyPurpose(one["purpose"]),
        "state": KeyState(one["state"]),
        "name": one["name"],
        "did": one["did"],
        "certificate": one["certificate"],
        "created_at": datetime.fromisoformat(one["created_at"]),
        "retired_at": datetime.fromisoformat(retired) if retired else None,
        "fingerprint": certificate.fingerprint(hashes.SHA256()).hex(),
        "private": base64.b64decode(one["private"]),
    }


def _bring_back(entry: dict[str, object], *, in_use: Mapping[str, str]) -> SigningKey:
    private, fingerprint = entry.pop("private"), str(entry["fingerprint"])
    if not isinstance(private, bytes):
        raise TypeError("a private key is bytes")
    sealed = box().seal(private, about=fingerprint)
    kept = SigningKey.objects.filter(fingerprint=fingerprint).first()
    if kept is not None:
        kept.sealed = sealed
        kept.save(update_fields=["sealed"])
        return kept
    if entry["state"] == KeyState.ACTIVE and str(entry["purpose"]) in in_use:
        # Changed here since the backup was made: what came after stays in use.
        entry |= {"state": KeyState.RETIRED, "retired_at": timezone.now()}
    return SigningKey.objects.create(**entry, sealed=sealed)
