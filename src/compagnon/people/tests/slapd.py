"""A slapd of the test's own, on loopback, with a small company and a crowd for pages."""

from __future__ import annotations

import datetime
import ipaddress
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from compagnon.core.tests.processes import free_ports

_PATH = f"{os.environ.get('PATH', '')}:/usr/sbin"
PROGRAM = shutil.which("slapd", path=_PATH)
BASE = "dc=exemple,dc=fr"
READER, SECRET = f"cn=lecture,{BASE}", "Mot de passe de lecture é"
ADMIN, ADMIN_SECRET = f"cn=admin,{BASE}", "Zorglub 42"
PASSWORD = "Mot de passe de l’annuaire 7"
STAFF, CROWD = f"ou=equipe,{BASE}", f"ou=foule,{BASE}"
CROWD_SIZE = 1500

SETTINGS = """
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
include /etc/ldap/schema/nis.schema
include {home}/active.schema
modulepath /usr/lib/ldap
moduleload back_mdb
pidfile {home}/pid
argsfile {home}/args
loglevel none
TLSCACertificateFile {home}/ca.pem
TLSCertificateFile {home}/server.pem
TLSCertificateKeyFile {home}/server.key
database mdb
suffix "{base}"
rootdn "{admin}"
rootpw "{admin_secret}"
directory {home}/db
dbnosync
maxsize 268435456
index objectClass,entryUUID,uid,mail eq
limits dn.exact="{reader}" size=unlimited size.pr=500 size.prtotal=unlimited
access to attrs=userPassword by anonymous auth by * none
access to * by dn.exact="{reader}" read by self read by anonymous auth by * none
"""


# What Active Directory keeps of people and groups, as it keeps it (MS-ADA1 to 3).
ACTIVE = """
attributetype ( 1.1.2.1.1 NAME 'objectGUID' EQUALITY octetStringMatch
  SYNTAX 1.3.6.1.4.1.1466.115.121.1.40 SINGLE-VALUE )
attributetype ( 1.1.2.1.2 NAME 'objectSid' EQUALITY octetStringMatch
  SYNTAX 1.3.6.1.4.1.1466.115.121.1.40 SINGLE-VALUE )
attributetype ( 1.1.2.1.3 NAME 'sAMAccountName' EQUALITY caseIgnoreMatch
  SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 SINGLE-VALUE )
attributetype ( 1.1.2.1.4 NAME 'userAccountControl' EQUALITY integerMatch
  SYNTAX 1.3.6.1.4.1.1466.115.121.1.27 SINGLE-VALUE )
attributetype ( 1.1.2.1.5 NAME 'primaryGroupID' EQUALITY integerMatch
  SYNTAX 1.3.6.1.4.1.1466.115.121.1.27 SINGLE-VALUE )
attributetype ( 1.1.2.1.6 NAME 'memberOf' EQUALITY distinguishedNameMatch
  SYNTAX 1.3.6.1.4.1.1466.115.121.1.12 )
attributetype ( 1.1.2.1.7 NAME 'objectCategory' EQUALITY caseIgnoreMatch
  SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 SINGLE-VALUE )
objectclass ( 1.1.2.2.1 NAME 'user' SUP inetOrgPerson STRUCTURAL
  MUST ( objectGUID $ objectCategory ) MAY ( sAMAccountName $ userAccountControl $ primaryGroupID
  $ memberOf ) )
objectclass ( 1.1.2.2.2 NAME 'group' STRUCTURAL MUST ( cn $ objectGUID )
  MAY ( member $ memberOf $ objectSid ) )
"""


@dataclass
class Slapd:
    """Where it listens, whom its certificate is signed by, and writing to it."""

    port: int
    tls_port: int
    authority: str
    home: Path

    @property
    def url(self) -> str:
        return f"ldap://127.0.0.1:{self.port}"

    @property
    def tls_url(self) -> str:
        return f"ldaps://127.0.0.1:{self.tls_port}"

    @property
    def other_url(self) -> str:
        """Another name of the same server, which its certificate does not hold."""
        return f"ldaps://127.0.0.2:{self.tls_port}"

    def session(self) -> Any:
        import ldap

        client = ldap.initialize(self.url)
        client.simple_bind_s(ADMIN, ADMIN_SECRET)
        return client

    def add(self, uid: str, where: str = STAFF, **values: str | list[str]) -> str:
        """Add a person; gives the distinguished name."""
        dn = f"uid={uid},{where}"
        entry = {"objectClass": "inetOrgPerson", "uid": uid, "userPassword": PASSWORD, **values}
        entry.setdefault("cn", f"{entry.get('givenName', '')} {entry.get('sn', uid)}".strip())
        entry.setdefault("sn", uid)
        self.session().add_s(dn, [(name, _raw(value)) for name, value in entry.items()])
        return dn

    def change(self, dn: str, **values: str | list[str]) -> None:
        """Replace attributes; an empty value takes one away."""
        import ldap

        changes = [(ldap.MOD_REPLACE, name, _raw(value) or None) for name, value in values.items()]
        self.session().modify_s(dn, changes)

    def move(self, dn: str, rdn: str, where: str) -> str:
        """Rename an entry and put it elsewhere."""
        self.session().rename_s(dn, rdn, where)
        return f"{rdn},{where}"

    def delete(self, dn: str) -> None:
        self.session().delete_s(dn)

    def put(self, dn: str, **values: Any) -> str:
        """Add any entry; values are texts, bytes, or lists of them."""
        many = {name: one if isinstance(one, list) else [one] for name, one in values.items()}
        raw = {
            name: [one if isinstance(one, bytes) else one.encode() for one in some]
            for name, some in many.items()
        }
        self.session().add_s(dn, list(raw.items()))
        return dn

    def group(self, name: str, *members: str) -> str:
        """Add a group of names, or set its members."""
        import ldap

        dn, client = f"cn={name},ou=groupes,{BASE}", self.session()
        try:
            client.modify_s(dn, [(ldap.MOD_REPLACE, "member", _raw(list(members)))])
        except ldap.NO_SUCH_OBJECT:
            client.add_s(
                dn,
                [("objectClass", [b"groupOfNames"]), ("cn", _raw(name)),
                 ("member", _raw(list(members)))],
            )  # fmt: skip
        return dn


def _raw(value: str | list[str]) -> list[bytes]:
    many = value if isinstance(value, list) else [value]
    return [one.encode() for one in many if one]


def _certificate(name: str, signed_by: Any = None) -> tuple[Any, Any]:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.UTC)
    issuer_key, issuer = signed_by or (key, None)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=30))
        .add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
    )
    if issuer is not None:
        names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    return key, builder.sign(issuer_key, hashes.SHA256())


def _pem(certificate: Any) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


def _crowd() -> Iterator[str]:
    yield f"dn: {BASE}\nobjectClass: dcObject\nobjectClass: organization\no: Exemple\ndc: exemple\n"
    for name in ("equipe", "foule", "groupes", "partis", "ad"):
        yield f"dn: ou={name},{BASE}\nobjectClass: organizationalUnit\nou: {name}\n"
    yield (
        f"dn: {READER}\nobjectClass: applicationProcess\nobjectClass: simpleSecurityObject\n"
        f"cn: lecture\nuserPassword: {SECRET}\n"
    )
    for number in range(CROWD_SIZE):
        yield (
            f"dn: uid=foule{number},{CROWD}\nobjectClass: inetOrgPerson\nuid: foule{number}\n"
            f"cn: Foule {number}\nsn: Foule{number}\ngivenName: Camille\n"
            f"mail: foule{number}@exemple.fr\n"
        )


@contextmanager
def running() -> Iterator[Slapd]:
    """Run a slapd while the test does, stopped by its own process."""
    assert PROGRAM is not None
    home = Path(tempfile.mkdtemp(prefix="compagnon-slapd-", dir="/var/tmp"))
    (home / "db").mkdir()
    authority = _certificate("Autorité des essais")
    key, certificate = _certificate("localhost", authority)
    (home / "active.schema").write_text(ACTIVE)
    (home / "ca.pem").write_text(_pem(authority[1]))
    (home / "server.pem").write_text(_pem(certificate))
    (home / "server.key").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    settings = home / "slapd.conf"
    settings.write_text(
        SETTINGS.format(home=home, base=BASE, admin=ADMIN, admin_secret=ADMIN_SECRET, reader=READER)
    )
    (home / "crowd.ldif").write_text("\n".join(_crowd()))
    subprocess.run(
        [PROGRAM, "-Tadd", "-q", "-f", str(settings), "-l", str(home / "crowd.ldif")], check=True
    )
    found = Slapd(*free_ports(2), _pem(authority[1]), home)
    # The second address stands in no certificate.
    listens = f"{found.url} {found.tls_url} {found.other_url}"
    process = subprocess.Popen([PROGRAM, "-d", "0", "-f", str(settings), "-h", listens])
    try:
        _wait_until_it_answers(found, process)
        yield found
    finally:
        process.terminate()
        process.wait(timeout=20)
        shutil.rmtree(home, ignore_errors=True)


def _wait_until_it_answers(found: Slapd, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 30
    while True:
        try:
            socket.create_connection(("127.0.0.1", found.tls_port), timeout=1).close()
        except OSError:
            assert process.poll() is None
            assert time.monotonic() < until
            time.sleep(0.05)
        else:
            return
