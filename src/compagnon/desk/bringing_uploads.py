"""Imports of uploaded files, as the background does them."""

from __future__ import annotations

import tempfile
from pathlib import Path

import structlog

from compagnon.core import files
from compagnon.core.actor import Source
from compagnon.core.errors import CompagnonError
from compagnon.core.tasks import system_actor
from compagnon.desk.models import Bringing, BringingState
from compagnon.desk.services import bringing as services
from compagnon.desk.services.bringing import Asked

log = structlog.get_logger(__name__)


def carry_out(pk: int) -> None:
    """Import what was uploaded; what is wrong with the file stands on the import's page."""
    row = Bringing.objects.select_related("file", "organisation").get(pk=pk)
    if row.state in {BringingState.DONE, BringingState.FAILED} or row.file is None:
        return
    actor = system_actor("import", source=Source.IMPORT)
    with tempfile.TemporaryDirectory(prefix="compagnon-import-") as folder:
        # What a file holds is told by its name, which the store does not keep.
        named = Path(folder) / files.clean_name(row.file_name, fallback="import")
        named.symlink_to(files.path_of(row.file.sha256))
        asked = Asked(
            source=row.source,
            paths=[named],
            organisation=row.organisation,
            mapping=services.read_mapping(row.mapping) if row.mapping else None,
            zone=row.zone,
            prefix=row.prefix,
            dry_run=row.is_dry_run,
        )
        try:
            services.run(actor=actor, asked=asked, bringing=row, detail=True)
        except CompagnonError as error:
            log.warning("import failed", bringing=pk, reason=error.code)
