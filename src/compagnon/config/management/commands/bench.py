"""``compagnon bench``: how fast it is at any size, beside plain SQL."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.utils.translation import gettext as _

from compagnon.config.bench import filling, place, report, running
from compagnon.config.bench.operations import OPERATIONS
from compagnon.core import commands

STAGES = ("fill", "measure")


class Command(commands.Command):
    """Fill a database of its own, measure the real thing on it, and throw it away."""

    help = (
        "Fill a throw-away database with that many tickets, measure what a support centre does "
        "all day on the real server, and the same rows by plain SQL."
    )

    def arguments(self, parser: CommandParser) -> None:
        """Declare how many, where, and what."""
        parser.add_argument("--size", type=int, default=100_000, help="tickets (100,000)")
        parser.add_argument("--clients", default="1,16", help="how many at once (1,16)")
        parser.add_argument("--seconds", type=float, default=5.0, help="of each measure (5)")
        parser.add_argument("--workers", type=int, default=2, help="web processes (2)")
        parser.add_argument("--processes", type=int, default=0, help="that fill; one a processor")
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument(
            "--database",
            default=os.environ.get("COMPAGNON_BENCH_DATABASE_URL", ""),
            help="postgresql://…, on whose server a database is made and dropped; SQLite unless "
            "it is given, here or in COMPAGNON_BENCH_DATABASE_URL",
        )
        parser.add_argument(
            "--report", type=Path, help="a Markdown file whose table for this database is replaced"
        )
        parser.add_argument("--directory", type=Path, help="where temporary files go")
        parser.add_argument(
            "--stages", default="fill,measure", help=f"what to do, of {', '.join(STAGES)}"
        )
        parser.add_argument(
            "--operations", default="", help=f"these alone, of {', '.join(OPERATIONS)}"
        )
        parser.add_argument(
            "--in-place",
            action="store_true",
            help="use this installation's database, which is empty or was filled by the bench",
        )

    def carry_out(self, **options: Any) -> commands.Answer:
        """Run in a place of its own, or here.

        Raises:
            Misused: an option that means nothing.
            NotEmpty: in place, and the database holds something.
            Failed: a part of it failed.
        """
        stages = chosen(options["stages"], STAGES)
        only = chosen(options["operations"], OPERATIONS)
        try:
            clients = [int(text) for text in options["clients"].split(",")]
        except ValueError:
            raise commands.Misused(_("--clients is a list such as 1,16")) from None
        if min(clients) < 1 or options["size"] < 100 or options["seconds"] <= 0:
            raise commands.Misused(_("--size is at least 100; --clients and --seconds, above 0"))
        if options["database"] and not options["database"].startswith(("postgresql:", "postgres:")):
            raise commands.Misused(_("--database is the address of a PostgreSQL server"))
        if not options["in_place"]:
            return self.elsewhere(options)
        answer: dict[str, Any] = {"size": options["size"]}
        results: list[running.Result] = []
        if "fill" in stages:
            answer["fill"] = self.fill(options)
        answer["facts"] = running.facts()
        if "measure" in stages:
            results += running.run(
                clients=clients,
                seconds=options["seconds"],
                workers=options["workers"],
                only=only,
                say=self.note,
            )
        items = [result.told() for result in results]
        return commands.Answer(
            items=items,
            facts=answer,
            lines=report.section(answer, items, clients),
            failed=[f"{one.operation} ({one.way})" for one in results if one.latencies.failed],
        )

    def fill(self, options: dict[str, Any]) -> dict[str, Any]:
        """Fill the database, telling how far it is."""
        filled = filling.fill(
            tickets=options["size"],
            seed=options["seed"],
            processes=options["processes"],
            progress=lambda tickets, rows: self.note(f"{tickets} tickets, {rows} rows"),
        )
        return {
            "tickets": filled.tickets,
            "rows": filled.rows,
            "seconds": round(filled.seconds, 2),
            "processes": filled.processes,
            "rows_per_second": filled.rows_a_second,
        }

    def elsewhere(self, options: dict[str, Any]) -> commands.Answer:
        """Run all of it in a place of its own."""
        words = ["bench", "--in-place", "--json"]
        for name in ("size", "clients", "seconds", "workers", "processes", "seed", "stages"):
            words += [f"--{name}", str(options[name])]
        if options["operations"]:
            words += ["--operations", options["operations"]]
        with place.throw_away(options["database"], directory=options["directory"]) as here:
            here.run(["migrate", "--verbosity", "0"])
            done = here.run(words, output=subprocess.PIPE)
        try:
            told = json.loads(done.stdout)
            items = told.pop("items")
        except (ValueError, KeyError):
            raise commands.Failed(_("the bench failed: see above")) from None
        clients = [int(text) for text in options["clients"].split(",")]
        lines = list(report.section(told, items, clients))
        if options["report"]:
            report.write(options["report"], told["facts"]["database"], lines)
        failed = ["bench"] if done.returncode else []
        return commands.Answer(items=items, facts=told, lines=lines, failed=failed)


def chosen(text: str, known: Any) -> list[str]:
    """Read a list of words.

    Raises:
        Misused: one of them is not known.
    """
    words = [word.strip() for word in text.split(",") if word.strip()]
    for word in words:
        if word not in known:
            raise commands.Misused(
                _("%(word)s is none of %(known)s") % {"word": word, "known": ", ".join(known)}
            )
    return words
