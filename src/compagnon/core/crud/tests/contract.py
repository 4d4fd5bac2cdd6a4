"""What every declared table must do, as tests to inherit: a few lines of data buy them all.

::

    class TestSites(ResourceContract):
        resource = SITES

        def make(self, organisation, number):
            return factories.site(organisation, f"Site {number}")

        def values(self, organisation):
            return {"organisation": organisation.pk, "name": "Nantes", "time_zone": "Europe/Paris"}

        changed = {"name": "Brest"}
        invalid = {"name": ""}

It uses the fixtures ``cast`` and ``signed_in`` of ``compagnon.conftest``.
"""

from __future__ import annotations

from compagnon.core.crud.tests.contract_parts import Contract
from compagnon.core.crud.tests.contract_reading import ReadingContract
from compagnon.core.crud.tests.contract_writing import WritingContract

__all__ = ["Contract", "ReadingContract", "ResourceContract", "WritingContract"]


class ResourceContract(ReadingContract, WritingContract):
    """Everything."""
