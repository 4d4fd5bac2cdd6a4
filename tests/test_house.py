"""The house's rules, as tests: what review would otherwise have to remember."""

from __future__ import annotations

import ast
import re
import subprocess
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "src/compagnon"
LONGEST_MODULE = 500
LONGEST_TEST_MODULE = 700
LONGEST_FUNCTION = 80
VAGUE = {"utils", "util", "helpers", "helper", "manager", "managers", "misc", "common"}
# A letter in brackets, so that this file does not hold what it looks for.
FORBIDDEN = {
    "a path of the machine it was written on": re.compile(r"/(?:wor[k]|roo[t]|home/\w+)/"),
    "the host of a package registry": re.compile(
        r"pyp[i]\.org|pythonhoste[d]\.org|registry\.npmj[s]\.org|registry\.yarnpk[g]"
    ),
}
BINARY = {".mo", ".png", ".woff2", ".ico", ".eml", ".mbox", ".pdf", ".gz", ".jpg"}


def tracked(*patterns: str) -> list[Path]:
    """The files that git knows, or would: not what is built."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", *patterns],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    return [path for name in listed.split("\0") if name and (path := ROOT / name).is_file()]


def modules(*, tests: bool = False) -> list[Path]:
    """The product's modules; migrations are written by Django."""
    return [
        path
        for path in tracked("src/*.py")
        if "migrations" not in path.parts and (tests or "tests" not in path.parts)
    ]


def where(path: Path, line: int = 0) -> str:
    """A place, as an editor understands it."""
    return f"{path.relative_to(ROOT)}{f':{line}' if line else ''}"


def test_the_tree_names_no_machine_and_no_registry():
    found = []
    for path in tracked():
        if path.suffix in BINARY:
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        found += [
            f"{where(path)}: {what}" for what, pattern in FORBIDDEN.items() if pattern.search(text)
        ]
    assert found == []


def test_modules_are_short():
    long = [
        f"{where(path)}: {lines} lines"
        for path in modules(tests=True)
        if (lines := len(path.read_text(encoding="utf-8").splitlines()))
        > (LONGEST_TEST_MODULE if "tests" in path.parts else LONGEST_MODULE)
    ]
    assert long == []


def test_functions_are_short():
    found = []
    for path in modules():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                # What it does, without its signature and docstring.
                first = node.body[1 if ast.get_docstring(node) and node.body[1:] else 0]
                lines = (node.end_lineno or 0) - first.lineno + 1
                if lines > LONGEST_FUNCTION:
                    found.append(f"{where(path, node.lineno)} {node.name}: {lines} lines")
    assert found == []


def test_only_errors_that_have_a_name_are_caught():
    found = []
    for path in modules():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ExceptHandler):
                caught = {
                    name.id
                    for name in ast.walk(node.type or ast.Name("everything"))
                    if isinstance(name, ast.Name)
                }
                if caught & {"Exception", "BaseException", "everything"}:
                    found.append(where(path, node.lineno))
    allowed = set(CATCHES_EVERYTHING)
    assert [place for place in found if place.rpartition(":")[0] not in allowed] == []


# A task is any code at all: whatever it raises, the worker goes on with the next.
CATCHES_EVERYTHING = ("src/compagnon/core/tasks/running.py",)


def test_names_say_what_is_inside():
    assert [where(p) for p in modules(tests=True) if VAGUE & {p.stem, p.parent.name}] == []


def test_every_room_and_module_says_what_it_is_for():
    silent = [
        where(path)
        for path in modules()
        if path.read_text(encoding="utf-8").strip()
        and not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert silent == []
    rooms = [path.parent for path in PACKAGE.glob("*/apps.py")]
    assert rooms
    assert [room.name for room in rooms if not (room / "__init__.py").read_text().strip()] == []


@pytest.mark.parametrize("name", ["save", "delete"])
def test_models_keep_no_rule_in(name: str):
    """A rule in ``save()`` is one that a bulk write forgets."""
    found = []
    for path in modules():
        if "models" in path.parts or path.stem == "models":
            found += [
                where(path, node.lineno)
                for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
                if isinstance(node, ast.FunctionDef) and node.name == name
            ]
    assert found == []


def test_what_changes_rows_is_a_service():
    """In a room's services, a public function that writes is declared with ``@service``."""
    writes = {"create", "bulk_create", "update", "bulk_update", "delete", "save", "record"}
    found = []
    for path in modules():
        if path.parent.name != "services":
            continue
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if not isinstance(node, ast.FunctionDef) or node.name.startswith("_"):
                continue
            takes_actor = any(arg.arg == "actor" for arg in node.args.kwonlyargs)
            declared = any(
                isinstance(mark, ast.Call) and getattr(mark.func, "id", "") == "service"
                for mark in node.decorator_list
            )
            does_write = any(
                isinstance(call, ast.Call)
                and isinstance(call.func, ast.Attribute)
                and call.func.attr in writes
                for call in ast.walk(node)
            )
            if takes_actor and does_write and not declared:
                found.append(f"{path.parts[-3]}.{path.stem}.{node.name}")
    assert sorted(set(found) - PARTS_OF_SERVICES) == []


# What several services of one room share; each has checked and journals around it.
PARTS_OF_SERVICES = {
    "desk.supply_approving.give_up",
    "desk.supply_changing.finish",
    "desk.approval_steps.open_step",
    "desk.changing.apply",
    "desk.conversation.reopened",
    "desk.linking.tie",
    "desk.noticing.held_mail",
    "desk.noticing.write",
    "desk.outgoing.queue",
    "desk.outgoing.queue_approval",
    "desk.outgoing.queue_watchers",
    "desk.tagging.put_by_rule",
    "desk.task_notices.tell_due",
    "desk.watching.tell_named",
    "desk.writing.write",
}


def test_pages_carry_no_script_nor_style_of_their_own():
    """The content security policy would refuse them; mail has its style inside, and no script."""
    script = re.compile(r"<script(?![^>]*\bsrc=)(?![^>]*type=\"application/json\")", re.IGNORECASE)
    handler = re.compile(r"<[^>]*\son[a-z]+\s*=\s*[\"']", re.IGNORECASE)
    style = re.compile(r"<style\b|<[a-z][^>{}]*\sstyle\s*=\s*[\"']", re.IGNORECASE)
    found = []
    for path in tracked("src/*.html"):
        text = re.sub(r"{#.*?#}|{% comment.*?endcomment %}", "", path.read_text(), flags=re.DOTALL)
        patterns = [script, handler] + ([] if "mail" in path.parts else [style])
        found += [where(path) for pattern in patterns if pattern.search(text)]
    assert found == []


# --- dependencies and settings ---------------------------------------------------------------


def project() -> dict:
    """``pyproject.toml``."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text())


def rows_of(page: str, name: str) -> set[str]:
    """The names that begin the rows of a page's tables."""
    return set(re.findall(rf"^\| `{name}` \|", (ROOT / page).read_text(), re.MULTILINE))


def required(*groups: str) -> dict[str, Requirement]:
    """The requirements of the product, or of a group of tools, by name."""
    document = project()
    lines = [line for group in groups for line in document["dependency-groups"][group]]
    lines = lines or document["project"]["dependencies"]
    return {canonicalize_name(r.name): r for r in map(Requirement, lines)}


def locked(name: str) -> dict[str, list[str]]:
    """The versions of a lock; more than one where Python's version decides."""
    found: dict[str, list[str]] = {}
    for line in (ROOT / f"requirements/{name}.lock").read_text().splitlines():
        if match := re.match(r"([A-Za-z0-9._-]+)==([^ ;\\]+)", line):
            found.setdefault(canonicalize_name(match[1]), []).append(match[2])
    return found


@pytest.mark.parametrize(
    ("lock", "groups"), [("base", ()), ("base", ("build",)), ("dev", ("dev",)), ("dev", ())]
)
def test_locks_hold_what_is_required(lock: str, groups: tuple[str, ...]):
    versions = locked(lock)
    wrong = [
        str(requirement)
        for name, requirement in required(*groups).items()
        if not any(map(requirement.specifier.contains, versions.get(name, [])))
    ]
    assert wrong == [], "run: make lock"


def test_both_locks_agree():
    base, dev = locked("base"), locked("dev")
    assert {n: v for n, v in base.items() if n in dev and dev[n] != v} == {}


def test_every_locked_version_has_a_hash():
    for name in ("base", "dev"):
        text = (ROOT / f"requirements/{name}.lock").read_text()
        assert text.count("==") > 30
        for block in re.split(r"\n(?=\S)", text.strip()):
            assert "--hash=sha256:" in block, block[:80]


def test_every_dependency_says_why():
    told = set(
        re.findall(
            r"^\| `([a-z0-9-]+)` \|", (ROOT / "docs/dependencies.md").read_text(), re.MULTILINE
        )
    )
    needed = {
        *required(),
        *required("build"),
        *required("dev"),
        *required("fuzz"),
        *required("ldap"),
    }
    assert needed - told == set()
    assert told - needed == set()


def test_every_setting_is_documented():
    calls = re.compile(r"\b(?:env\.)?(?:text|flag|number|several|time_zone)\(\s*\"([A-Z_]+)\"")
    used = {"CONFIG"}
    for path in modules():
        used |= set(calls.findall(path.read_text(encoding="utf-8")))
    told = set(
        re.findall(
            r"^\| `COMPAGNON_([A-Z_]+)` \|",
            (ROOT / "docs/operate/settings.md").read_text(),
            re.MULTILINE,
        )
    )
    assert used - told == set()
    assert told - used == set()


def test_every_command_is_documented():
    text = (ROOT / "docs/operate/commands.md").read_text()
    names = {
        path.stem for path in tracked("src/*/management/commands/*.py") if path.stem != "__init__"
    }
    assert names
    assert {name for name in names if f"`{name}" not in text} == set()


def test_every_debian_package_says_what_shows_it_and_why():
    lines = [
        line.split(maxsplit=2)
        for line in (ROOT / "debian-packages.txt").read_text().splitlines()
        if line and not line.startswith("#")
    ]
    assert lines
    assert [line for line in lines if len(line) != 3] == []
