"""Entries of a directory as people and groups."""

from __future__ import annotations

import re
import unicodedata
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from compagnon.people import rules
from compagnon.people.directory.types import Attributes, Contents, Entry, Found, FoundGroup

ACCOUNT_DISABLED = 0x2
"""Bit of ``userAccountControl`` (MS-ADTS 2.2.16, ADS_UF_ACCOUNTDISABLE)."""
LOCKED_FOR_GOOD = "000001010000Z"
"""``pwdAccountLockedTime`` of an account that only an administrator unlocks (ppolicy)."""
TRUE = {"true", "1", "yes", "y", "on", "disabled", "locked"}
MOST_ADDRESSES = 5
_SPACES = re.compile(r"\s*([,=+])\s*")
_SPECIAL = ',+"\\<>;=# '
_ESCAPED = re.compile(r'\\([,+"\\<>;=# ])')
_HEX = re.compile(r"(?:\\[0-9A-Fa-f]{2})+")


def contents(people: Iterable[Entry], groups: Iterable[Entry], names: Attributes) -> Contents:
    """Make people and groups of what was read, with who is in which group."""
    unusable: list[str] = []
    found = list(dict.fromkeys(_groups(groups, names, unusable)))
    members = _Members(found)
    told = [person(entry, names, members) for entry in people]
    return Contents(
        people=tuple(sorted((one for one in told if one.stable_id), key=lambda one: one.stable_id)),
        groups=tuple(sorted((one.group for one in found), key=lambda one: one.stable_id)),
        unusable=tuple(sorted([one.dn for one in told if not one.stable_id] + unusable)),
    )


@dataclass(frozen=True, slots=True)
class _Read:
    """A group with who is in it, the groups that it says it is in itself, and its number."""

    group: FoundGroup
    members: frozenset[str]
    member_of: tuple[str, ...] = ()
    number: int = 0


class _Members:
    """Which groups a person is in, by distinguished name and by login, groups in groups counted."""

    def __init__(self, groups: Sequence[_Read]) -> None:
        self.by_dn = {folded_dn(one.group.dn): one.group.stable_id for one in groups}
        self.by_number = {one.number: one.group.stable_id for one in groups if one.number}
        self.of: dict[str, set[str]] = {}
        for one in groups:
            for member in one.members:
                self.of.setdefault(member, set()).add(one.group.stable_id)
        # The groups that each group is in, told by the one or by the other.
        self.above: dict[str, set[str]] = {}
        for one in groups:
            direct = self.of.get(folded_dn(one.group.dn), set()) | self._named(one.member_of)
            self.above[one.group.stable_id] = direct

    def groups_of(
        self, dn: str, login: str, member_of: Iterable[str], number: int = 0
    ) -> tuple[str, ...]:
        held = set(self.of.get(folded_dn(dn), ())) | self._named(member_of)
        if login:
            held |= self.of.get(f"uid:{folded(login)}", set())
        if number in self.by_number:
            held.add(self.by_number[number])
        return tuple(sorted(self._all(held)))

    def _named(self, names: Iterable[str]) -> set[str]:
        return {key for name in names if (key := self.by_dn.get(folded_dn(name)))}

    def _all(self, held: set[str]) -> set[str]:
        """Add the groups above, each once: groups may stand in a circle."""
        found, waiting = set(held), list(held)
        while waiting:
            more = self.above.get(waiting.pop(), set()) - found
            found |= more
            waiting += more
        return found


def _groups(entries: Iterable[Entry], names: Attributes, unusable: list[str]) -> Iterable[_Read]:
    for dn, values in entries:
        key = stable_id(values, names.stable_id)
        if not key:
            unusable.append(dn)
            continue
        members = set()
        for attribute in names.members.split():
            for one in texts(values, attribute):
                # memberUid holds names, the others distinguished names.
                members.add(folded_dn(one) if "=" in one else f"uid:{folded(one)}")
        name = text(values, names.group_name) or dn
        above = tuple(texts(values, names.groups)) if names.groups else ()
        group = FoundGroup(key, dn, name[:200], len(members))
        yield _Read(group, frozenset(members), above, _number(values))


def _number(values: Mapping[str, Sequence[bytes]]) -> int:
    """Give the last part of a group's ``objectSid`` (MS-DTYP 2.4.2): what a person's
    ``primaryGroupID`` names, which no ``memberOf`` tells."""
    raw = next(iter(values.get("objectsid", ())), b"")
    return int.from_bytes(raw[-4:], "little") if len(raw) >= 12 else 0


def person(entry: Entry, names: Attributes, members: _Members | None = None) -> Found:
    """Make a person of an entry; ``stable_id`` is empty where the entry has none."""
    dn, values = entry
    login = text(values, names.login)[:150]
    first, last = text(values, names.first_name), text(values, names.last_name)
    if not last:
        whole = text(values, "displayName") or text(values, "cn") or login
        first, last = rules.split_name(whole) if whole else (first, "")
    groups = members or _Members([])
    return Found(
        stable_id=stable_id(values, names.stable_id),
        dn=dn[:1000],
        login=login,
        first_name=first[:80],
        last_name=last[:80],
        emails=_emails(texts(values, names.mail)),
        phone=rules.normal_phone(text(values, names.phone)) or "",
        mobile=rules.normal_phone(text(values, names.mobile)) or "",
        job_title=text(values, names.job_title)[:120],
        language=_language(text(values, names.language)),
        is_disabled=is_disabled(values, names.disabled),
        groups=groups.groups_of(
            dn,
            login,
            texts(values, names.groups) if names.groups else (),
            _whole(text(values, "primaryGroupID")),
        ),
    )


def stable_id(values: Mapping[str, Sequence[bytes]], attribute: str) -> str:
    """Give what names an entry for ever, whatever its place: a UUID in its usual writing.

    ``objectGUID`` is 16 bytes, the first three parts little-endian (MS-DTYP 2.3.4.2).
    """
    raw = next(iter(values.get(attribute.lower(), ())), b"")
    if attribute.lower() == "objectguid":
        return str(uuid.UUID(bytes_le=raw)) if len(raw) == 16 else ""
    return _clean(raw).lower()[:100]


def guid_bytes(key: str) -> bytes | None:
    """Give the bytes of an ``objectGUID``; ``None`` if it is no UUID."""
    try:
        return uuid.UUID(key).bytes_le
    except ValueError:
        return None


def is_disabled(values: Mapping[str, Sequence[bytes]], attribute: str) -> bool:
    """Tell whether the directory closed the account, as that attribute says it."""
    if not attribute:
        return False
    said = text(values, attribute)
    if attribute.lower() == "useraccountcontrol":
        return said.lstrip("-").isdecimal() and bool(int(said) & ACCOUNT_DISABLED)
    if attribute.lower() == "pwdaccountlockedtime":
        return said == LOCKED_FOR_GOOD
    return said.lower() in TRUE


def folded_dn(dn: str) -> str:
    """Give a distinguished name so that two writings of one compare alike (RFC 4514 section 2.4).

    Case and spaces around signs do not count, nor how a sign is escaped; accents do.
    """
    plain = _HEX.sub(_unhex, _ESCAPED.sub(lambda sign: f"\\{ord(sign[1]):02x}", dn.strip()))
    return _SPACES.sub(r"\1", folded(plain))


def folded(text_: str) -> str:
    """Give a login without its case, in one writing of each letter."""
    return unicodedata.normalize("NFC", text_.strip().casefold())


def _unhex(found: re.Match[str]) -> str:
    letters = bytes.fromhex(found[0].replace("\\", "")).decode("utf-8", "replace")
    return "".join(f"\\{ord(one):02x}" if one in _SPECIAL else one for one in letters)


def texts(values: Mapping[str, Sequence[bytes]], attribute: str) -> list[str]:
    """Give the values of an attribute as texts, those that are empty left out."""
    if not attribute:
        return []
    return [one for one in map(_clean, values.get(attribute.lower(), ())) if one]


def text(values: Mapping[str, Sequence[bytes]], attribute: str) -> str:
    """Give the first value of an attribute as text; empty if there is none."""
    return next(iter(texts(values, attribute)), "")


def _clean(raw: bytes) -> str:
    decoded = raw.decode("utf-8", "replace")
    return " ".join("".join(s if s.isprintable() else " " for s in decoded).split())[:2000]


def _emails(given: Iterable[str]) -> tuple[str, ...]:
    # Active Directory writes «SMTP:main» and «smtp:other» in proxyAddresses.
    bare = [
        one[5:] if one[:5].lower() == "smtp:" else one
        for one in sorted(given, key=lambda one: not one.startswith("SMTP:"))
    ]
    found = (rules.normal_email(one) for one in bare)
    return tuple(dict.fromkeys(one for one in found if one and len(one) <= 254))[:MOST_ADDRESSES]


def _whole(said: str) -> int:
    return int(said) if said.isascii() and said.isdecimal() and len(said) < 12 else 0


def _language(said: str) -> str:
    code = said[:2].lower()
    return code if code in {"fr", "en"} else ""
