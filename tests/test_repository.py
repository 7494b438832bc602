"""What is true of the repository as a whole."""

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from streamfetch.env import Environment

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = sorted(
    path.parent.name
    for path in ROOT.glob("*/__init__.py")
    if path.parent.name not in {"tests", "node_modules"}
)
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
# Known to others than the product: compilers, browsers, the tests themselves.
FOREIGN_VARIABLES = {"STREAMFETCH_TEST_DIR", "STREAMFETCH_RUN_MARK"}


def modules() -> Iterator[Path]:
    for package in PACKAGES:
        yield from sorted((ROOT / package).rglob("*.py"))


def test_modules_and_functions_stay_readable() -> None:
    too_long = []
    for path in modules():
        if "migrations" in path.parts:
            continue
        text = path.read_text("utf-8")
        if text.count("\n") >= 500:
            too_long.append(str(path.relative_to(ROOT)))
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                explained = (ast.get_docstring(node) or "").count("\n")
                lines = (node.end_lineno or 0) - node.lineno + 1 - explained
                if lines >= 60:
                    too_long.append(f"{path.relative_to(ROOT)}: {node.name}")
    assert too_long == []


def test_lock_files_carry_hashes_and_no_registry() -> None:
    locks = list((ROOT / "requirements").glob("*.txt"))
    assert locks
    for lock in locks:
        text = lock.read_text("utf-8")
        assert "--hash=sha256:" in text
        assert "index-url" not in text
        assert "://" not in text
    packages = json.loads((ROOT / "package-lock.json").read_text("utf-8"))["packages"]
    assert packages
    for name, package in packages.items():
        assert "resolved" not in package, name
        if name:
            assert "integrity" in package, name


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_of_the_documentation_lead_somewhere(document: Path) -> None:
    text = document.read_text("utf-8")
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"[a-z]+:", target) or target.startswith("#"):
            continue
        path = document.parent / target.partition("#")[0]
        assert path.exists(), f"{document.name} links to {target}"


def test_the_documentation_names_only_variables_that_exist() -> None:
    known = {field.alias for field in Environment.model_fields.values()}
    known |= FOREIGN_VARIABLES
    for document in [*DOCUMENTS, ROOT / "compose.yaml", ROOT / "Dockerfile"]:
        if document.exists():
            named = set(re.findall(r"\bSTREAMFETCH_[A-Z_]+\b", document.read_text()))
            assert named <= known, document
