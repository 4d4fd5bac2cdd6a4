"""What is secret of an SNMP credential, sealed in the database."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from compagnon.core import sealing

_LABEL = b"compagnon.park snmp credentials 1"
LONGEST = 128


@dataclass(frozen=True, slots=True, repr=False)
class SnmpSecrets:
    """A community (v1, v2c), or the passphrases of a user (v3). Its text shows none of them."""

    community: str = ""
    auth: str = ""
    privacy: str = ""


def sealed(secrets: SnmpSecrets) -> str:
    """Give the secrets as they are kept."""
    told = {name: value[:LONGEST] for name, value in asdict(secrets).items()}
    return sealing.seal(json.dumps(told), label=_LABEL)


def unsealed(kept: str) -> SnmpSecrets:
    """Give the secrets back.

    Raises:
        Unreadable: ``SECRET_KEY`` was changed without keeping the old one.
    """
    return SnmpSecrets(**json.loads(sealing.unseal(kept, label=_LABEL)))
