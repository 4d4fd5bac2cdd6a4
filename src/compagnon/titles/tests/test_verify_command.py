"""``compagnon attestation``: checking files without a database, and keeping the keys."""

from __future__ import annotations

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from compagnon.core.errors import Conflict, Invalid, Refused
from compagnon.core.models import Entry
from compagnon.people.models import Organisation, OrganisationKind
from compagnon.people.tests import factories as people
from compagnon.titles.models import KeyState, SigningKey
from compagnon.titles.proving.documents import write_document
from compagnon.titles.services import signing_keys
from compagnon.titles.tests import attesting, proofs


def verify(*arguments: object) -> tuple[int, dict]:
    out = StringIO()
    try:
        call_command(
            "attestation", "verify", *map(str, arguments), "--json", stdout=out, stderr=StringIO()
        )
    except CommandError as error:
        return error.returncode, json.loads(out.getvalue())
    return 0, json.loads(out.getvalue())


@pytest.fixture
def folder(tmp_path):
    """Files as somebody who checks has them. No database is at hand in these tests."""
    (tmp_path / "sound.pdf").write_bytes(proofs.sound_pdf())
    (tmp_path / "sound.json").write_bytes(write_document(proofs.sound_credential()))
    changed = proofs.sound_credential()
    changed["credentialSubject"]["identifier"][0]["identityHash"] = "Autre"
    (tmp_path / "changed.json").write_bytes(write_document(changed))
    (tmp_path / "trust.pem").write_bytes(proofs.maker().pem)
    (tmp_path / "other.pem").write_bytes(proofs.maker("Ailleurs").pem)
    (tmp_path / "list.json").write_bytes(proofs.signed_list([1]))
    (tmp_path / "withdrawn.json").write_bytes(proofs.signed_list([proofs.PLACE]))
    (tmp_path / "huge.pdf").write_bytes(b"%PDF-1.7" + b"\0" * (5 * 1024 * 1024))
    return tmp_path


@pytest.mark.parametrize(
    ("arguments", "status", "failed"),
    [
        (["sound.pdf"], 0, []),
        (["sound.json"], 0, []),
        (["sound.pdf", "--trust", "trust.pem", "--status-list", "list.json"], 0, []),
        (["sound.json", "--trust", "trust.pem"], 0, []),
        (["sound.pdf", "--trust", "other.pem"], 1, ["signer", "issuer"]),
        (["sound.json", "--trust", "other.pem"], 1, ["issuer"]),
        (["sound.pdf", "--trust", "other.pem", "--trust", "trust.pem"], 0, []),
        (["sound.pdf", "--status-list", "withdrawn.json"], 1, ["status"]),
        (["changed.json"], 1, ["proof"]),
        (["trust.pem"], 1, ["file"]),
        (["huge.pdf"], 1, ["file"]),
        (["sound.pdf", "--link", "https://x/#AT.AAAA"], 1, ["link"]),
    ],
)
def test_a_file_is_checked_without_database(folder, arguments, status, failed):
    given = [folder / one if "." in one and "#" not in one else one for one in arguments]
    found, document = verify(*given)
    assert (found, document["failed"], document["valid"]) == (status, failed, not failed)
    assert [one["name"] for one in document["items"] if one["verdict"] == "failed"] == failed
    assert all(one["text"] for one in document["items"])


def test_what_it_states_is_printed(folder):
    _status, document = verify(folder / "sound.pdf", "--trust", folder / "trust.pem")
    assert document["format"] == "pdf"
    assert document["signer"] == "Centre Élan"
    assert document["issuer"] == proofs.maker().did
    assert document["statement"]["holder"] == proofs.statement().holder
    assert document["statement"]["code"] == "TP-00485 CCP 1"


@pytest.mark.parametrize(
    "arguments",
    [["absent.pdf"], ["sound.pdf", "--trust", "absent"], ["sound.pdf", "--trust", "list.json"]],
)
def test_misuse_is_told_apart(folder, arguments):
    given = [one if one.startswith("--") else folder / one for one in arguments]
    assert verify(*given)[0] == 2


# --- keys -------------------------------------------------------------------------------------


def keys(*arguments: object) -> list[dict]:
    out = StringIO()
    call_command("attestation", "keys", *map(str, arguments), "--json", stdout=out)
    return json.loads(out.getvalue())["items"]


@pytest.mark.django_db
def test_keys_are_named_after_who_is_at_the_top(settings):
    settings.BASE_URL = "https://support.exemple.fr"
    assert signing_keys.usual_name() == "support.exemple.fr"
    people.cast()
    top = Organisation.objects.get(parent=None, kind=OrganisationKind.PROVIDER)
    assert {one["name"] for one in keys("create")} == {top.name}


@pytest.mark.django_db
def test_keys_are_made_changed_carried_and_brought_back(tmp_path, monkeypatch):
    made = keys("create", "--name", "Centre Élan")
    assert [one["purpose"] for one in made] == ["authority", "document", "credential"]
    before = attesting.attestation(people.organisation("Centre Élan"))
    changed = keys("rotate")
    assert [one["purpose"] for one in changed] == ["document", "credential"]
    states = {one["fingerprint"]: one["state"] for one in keys("list")}
    assert sorted(states.values()) == ["active"] * 3 + ["retired"] * 2

    (tmp_path / "passphrase").write_text("une phrase assez longue\n")
    call_command(
        "attestation", "keys", "backup", str(tmp_path / "keys"),
        "--passphrase-file", str(tmp_path / "passphrase"), stdout=StringIO(),
    )  # fmt: skip
    assert (tmp_path / "keys").stat().st_mode & 0o777 == 0o600
    # Another installation: another secret, nothing of the former in its database.
    SigningKey.objects.filter(attestations=None, status_lists=None).delete()
    monkeypatch.setattr("django.conf.settings.SECRET_KEY", "another secret altogether 0123456789")
    keys("restore", tmp_path / "keys", "--passphrase-file", tmp_path / "passphrase")
    assert {one["fingerprint"]: one["state"] for one in keys("list")} == states
    # What the retired key signed is withdrawn by the retired key, brought back too.
    from compagnon.titles.services import outcomes

    outcomes.withdraw_attestation(actor=people.system(), attestation_id=before.pk, reason="Erreur")
    assert attesting.attestation(before.organisation).key.did == changed[1]["did"]
    told = Entry.objects.filter(verb__startswith="attestation_keys").values_list("verb", flat=True)
    assert sorted(told) == [
        f"attestation_keys.{one}" for one in ("backup", "create", "restore", "rotate")
    ]


@pytest.mark.django_db
def test_keys_are_kept_sealed_and_refused_to_who_may_not(cast):
    attesting.keys()
    for row in SigningKey.objects.all():
        assert b"\x30\x82" not in bytes(row.sealed)[:2]
        assert row.state == KeyState.ACTIVE
    with pytest.raises(Conflict):
        signing_keys.create_keys(actor=people.system(), name="Encore")
    for verb in (
        lambda actor: signing_keys.create_keys(actor=actor, name="x"),
        lambda actor: signing_keys.rotate_keys(actor=actor),
        lambda actor: signing_keys.backup_keys(actor=actor, passphrase="une phrase assez longue"),
        lambda actor: signing_keys.restore_keys(actor=actor, content=b"", passphrase="x"),
    ):
        with pytest.raises(Refused):
            verb(people.actor(cast.representative))


@pytest.mark.django_db
def test_backups_are_refused_with_reason(settings):
    attesting.keys()
    system = people.system()
    with pytest.raises(Invalid):
        signing_keys.backup_keys(actor=system, passphrase="court")
    content = signing_keys.backup_keys(actor=system, passphrase="une phrase assez longue")
    for raw, words in (
        (content, "une autre phrase"), (b"nothing", "x"), (content[:200], "x"), (b"", "x"),
        (b"\xff" * 500, "x"),
    ):  # fmt: skip
        with pytest.raises(Invalid):
            signing_keys.restore_keys(actor=system, content=raw, passphrase=words)
    former = settings.SECRET_KEY
    settings.SECRET_KEY = "another secret altogether 0123456789"
    with pytest.raises(Conflict, match="FALLBACKS"):
        signing_keys.signers()
    settings.SECRET_KEY_FALLBACKS = [former]
    assert signing_keys.signers().credential_row.did


@pytest.mark.django_db
def test_keys_of_two_installations_are_not_mixed():
    attesting.keys()
    content = signing_keys.backup_keys(actor=people.system(), passphrase="une phrase assez longue")
    SigningKey.objects.all().delete()
    signing_keys.create_keys(actor=people.system(), name="Ailleurs")
    with pytest.raises(Conflict):
        signing_keys.restore_keys(
            actor=people.system(), content=content, passphrase="une phrase assez longue"
        )
