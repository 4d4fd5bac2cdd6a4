"""Fail when a model changed without its migration, or a migration would break a running site."""

from __future__ import annotations

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "src"))
os.environ["DJANGO_SETTINGS_MODULE"] = "compagnon.config.settings_test"


def main() -> int:
    """Run both checks; give the exit status."""
    import django

    django.setup()
    from django.core.management import call_command
    from django_migration_linter import MigrationLinter

    try:
        call_command("makemigrations", check=True, dry_run=True, verbosity=1)
    except SystemExit:
        print("A model changed without its migration: run compagnon makemigrations.")
        return 1
    linter = MigrationLinter(
        str(Path(__file__).resolve().parent.parent),
        include_apps=["core", "people", "contracts", "park", "desk", "titles"],
        exclude_migration_tests=EXPECTED,
        ignore_initial_migrations=True,
        ignore_name=TABLES_OF_THEIR_OWN,
        no_cache=True,
        quiet=["ignore", "ok"],
    )
    linter.lint_all_migrations()
    return 1 if linter.has_errors else 0


# What they constrain are tables that they make: SQLite makes such a table twice, and the linter
# takes the second for a change.
# 0010_connections also adds two texts to mailboxes, whose default the database keeps; the others
# add columns that may be empty, or whose default the database keeps, as 0016_service_requests does.
TABLES_OF_THEIR_OWN = [
    "0004_bringing_past",
    "0007_links_merges_watchers",
    "0008_views_and_feeds",
    "0009_daily_work",
    "0010_connections",
    "0011_notices_by_channel",
    "0012_daily_words",
    "0015_approvals",
    "0016_service_requests",
    "0017_tags",
    "0018_listened_mailboxes",
    "0019_supply",
    "0002_request_forms",
    "0002_network_jobs",
    "0004_alerts",
    "0003_directories",
]
# A table of nothing but empty rows may be altered at will until the first release.
EXPECTED: list[str] = []

if __name__ == "__main__":
    sys.exit(main())
