"""Directories (LDAP, Active Directory), without Django: read people and groups, check a password,
and tell what would have to change here.

``types`` holds what goes in and comes out, ``reading`` makes people of entries, ``comparing`` makes
a plan of what was read and what is kept, ``ldap_driver`` speaks to the server.
"""

from __future__ import annotations

from compagnon.people.directory.types import Driver


def driver() -> Driver:
    """Give what speaks to directories.

    Raises:
        DirectoryFailed: python-ldap, the extra ``ldap``, is not installed; its code is ``missing``.
    """
    from compagnon.people.directory import ldap_driver

    return ldap_driver.make()
