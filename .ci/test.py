"""Run the checks and the tests, time each step, and say at the end what failed.

Standard library only. ``make test`` calls it; ``--checks`` does what ``make check`` does,
``--long`` what ``make test-long`` does; names of steps after the options run those alone.
"""

from __future__ import annotations

import argparse
import ctypes
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

sys.path.insert(0, str(Path(__file__).parent))
from postgres import private_cluster

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "test-results"
PYTHON = sys.executable
BIN = Path(PYTHON).parent
PR_SET_CHILD_SUBREAPER = 36
LACKS_TOOL = 77  # as Automake has it


@dataclass
class Step:
    """One thing to run: its name, its command, and what more its environment holds."""

    name: str
    command: list[str]
    environment: dict[str, str] = field(default_factory=dict)
    minutes: int = 5
    quick: bool = True  # part of `make check`
    seconds: float = 0.0
    outcome: str = ""
    output: str = ""  # of a check that failed


def checks() -> list[Step]:
    """Give the steps that need no database server; the longest first, as two run at once."""
    return [
        Step("types", [f"{BIN}/mypy", "src/compagnon"]),
        Step("style", [f"{BIN}/ruff", "check", "."]),
        Step("format", [f"{BIN}/ruff", "format", "--check", "."]),
        Step("architecture", [f"{BIN}/lint-imports"]),
        Step("templates", [f"{BIN}/djlint", "--lint", "--quiet", "src"]),
        Step("spelling", [f"{BIN}/codespell"]),
        Step("dependencies", [f"{BIN}/deptry", "src"]),
        Step("migrations", [PYTHON, ".ci/migrations.py"]),
        Step("translations", [PYTHON, ".ci/messages.py", "--check"]),
        Step(
            "documentation",
            [PYTHON, "-m", "sphinx", "-W", "--keep-going", "-q", "-b", "html", "docs",
             "docs/_build/html"],
            quick=False,
        ),
        Step("assets", ["bash", ".ci/assets", "--check"], quick=False),
    ]  # fmt: skip


def tests(*, long: bool) -> list[Step]:
    """Give the runs of pytest: everything on SQLite, services, queries and API on PostgreSQL."""
    mark = "long" if long else "not long"
    # Playwright empties the folder of its own output at the beginning of each run.
    base = [PYTHON, "-m", "pytest", "--durations=15", "--durations-min=1",
            f"--output={RESULTS}/browser"]  # fmt: skip
    parallel = ["-n", "2", "--dist", "worksteal", "--max-worker-restart", "0"]
    minutes = 240 if long else 30
    return [
        Step(
            "tests on SQLite",
            [*base, *parallel, "-m", mark, f"--junitxml={RESULTS}/sqlite.xml"],
            {"COMPAGNON_TEST_DATABASE_URL": ""},
            minutes,
        ),
        Step(
            "tests on PostgreSQL",
            [*base, *parallel, "-m", f"{mark} and not browser and not daemon", "src", "tests",
             f"--junitxml={RESULTS}/postgresql.xml"],
            {"COMPAGNON_TEST_DATABASE_ONLY": "1"},
            minutes,
        ),
    ]  # fmt: skip


def run(step: Step, *, shown: bool) -> None:
    """Run a step to its end or its time limit; keep quiet about a success unless ``shown``."""
    began = time.monotonic()
    # Compiled once, not by each of the hundreds of processes that the tests start.
    told = os.environ | {"PYTHONDONTWRITEBYTECODE": ""} | step.environment
    environment = {name: text for name, text in told.items() if text}
    process = subprocess.Popen(
        step.command,
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=None if shown else subprocess.PIPE,
        stderr=None if shown else subprocess.STDOUT,
        start_new_session=True,
        text=True,
    )
    try:
        output, _ = process.communicate(timeout=step.minutes * 60)
        step.outcome = "ok" if process.returncode == 0 else f"failed ({process.returncode})"
        if process.returncode == LACKS_TOOL and not os.environ.get("CI"):
            step.outcome = "skipped (a tool is not installed)"
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        output, _ = process.communicate()
        step.outcome = f"failed (over {step.minutes} min)"
    except KeyboardInterrupt:
        os.killpg(process.pid, signal.SIGINT)
        process.wait()
        raise
    step.seconds = time.monotonic() - began
    print(f"{step.name}: {step.outcome} ({step.seconds:.1f} s)", flush=True)
    if step.outcome.startswith("failed") and output:
        step.output = output
        print(output, flush=True)


def run_checks(steps: list[Step]) -> None:
    """Run the checks, two at a time."""
    with ThreadPoolExecutor(max_workers=2) as pool:
        list(pool.map(lambda step: run(step, shown=False), steps))


def run_tests(steps: list[Step]) -> None:
    """Run the tests one after the other, PostgreSQL's in a cluster that lives as long as they."""
    for step in steps:
        print(f"\n== {step.name}", flush=True)
        if "PostgreSQL" not in step.name:
            run(step, shown=True)
            continue
        try:
            with private_cluster() as url:
                step.environment["COMPAGNON_TEST_DATABASE_URL"] = url
                run(step, shown=True)
        except LookupError as error:
            print(error)
            step.outcome = "failed" if os.environ.get("CI") else "skipped"


def left_running() -> list[str]:
    """End what the tests started and did not stop; tell what it was.

    As this process adopts orphans (``PR_SET_CHILD_SUBREAPER``), its children are what is left.
    """
    found = []
    for _ in range(20):  # a child that is ending has two seconds to be gone
        children = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
        alive = [pid for pid in map(int, children) if os.waitpid(pid, os.WNOHANG) == (0, 0)]
        if not alive:
            return []
        time.sleep(0.1)
    for pid in alive:
        command = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
        found.append(f"{pid} {command[:120]}")
        os.kill(pid, signal.SIGKILL)
    return found


def refused() -> list[str]:
    """Name the tests that failed, each with the beginning of what it said.

    Said again at the very end, as of a long output often only that is kept.
    """
    found = []
    for path in sorted(RESULTS.glob("*.xml")):
        for case in ElementTree.parse(path).iter("testcase"):
            for bad in (*case.findall("failure"), *case.findall("error")):
                name = f"{case.get('classname')}::{case.get('name')} ({path.stem})"
                found.append(f"{name}\n    {(bad.get('message') or '')[:600]}")
    return found


def totals() -> tuple[int, int, int]:
    """Add up passed, failed and skipped over the runs of pytest."""
    passed = failed = skipped = 0
    for name in ("sqlite", "postgresql"):
        path = RESULTS / f"{name}.xml"
        if path.exists():
            suite = ElementTree.parse(path).getroot().find("testsuite")
            counts = {k: int(suite.get(k, 0)) for k in ("tests", "failures", "errors", "skipped")}
            bad = counts["failures"] + counts["errors"]
            failed += bad
            skipped += counts["skipped"]
            passed += counts["tests"] - bad - counts["skipped"]
    return passed, failed, skipped


def summary(steps: list[Step], *, tested: bool) -> int:
    """Print the table of steps and times; give the exit status."""
    print("\nstep                     seconds  outcome")
    for step in steps:
        print(f"{step.name:<24} {step.seconds:>7.1f}  {step.outcome or 'not run'}")
    bad = [step for step in steps if step.outcome.startswith("failed")]
    for step in bad:
        if step.output:
            print(f"\n{step.name}:\n{step.output[-1500:]}")
    for line in refused() if tested else ():
        print(line)
    if bad:
        print(f"failed: {', '.join(step.name for step in bad)}")
    if tested:
        passed, failed, skipped = totals()
        tail = f", {skipped} skipped" if skipped else ""
        print(f"total: {passed} passed, {failed} failed{tail}")
    return 1 if bad else 0


def main() -> int:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--checks", action="store_true", help="style, types, architecture only")
    parser.add_argument("--long", action="store_true", help="soaks, large data and fuzzing")
    parser.add_argument("only", nargs="*", help="names of steps, or the beginning of one")
    options = parser.parse_args()

    static = [] if options.long else [s for s in checks() if s.quick or not options.checks]
    dynamic = [] if options.checks else tests(long=options.long)
    if options.only:
        chosen = tuple(options.only)
        static = [step for step in static if step.name.startswith(chosen)]
        dynamic = [step for step in dynamic if step.name.startswith(chosen)]
    RESULTS.mkdir(exist_ok=True)
    for old in RESULTS.glob("*.xml"):
        old.unlink()
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1)

    run_checks(static)
    run_tests(dynamic)
    orphans = left_running()
    steps = static + dynamic
    if orphans:
        print("left running by the tests, and now ended:", *orphans, sep="\n  ")
        steps.append(Step("nothing left running", [], outcome="failed"))
    return summary(steps, tested=bool(dynamic))


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
