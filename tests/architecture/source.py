"""The source as data: its files, its functions, its documentation."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("checks", "statuspage")
EVERYTHING = (*PACKAGES, "tests", "benchmarks")

Function = ast.FunctionDef | ast.AsyncFunctionDef


def files(*folders: str) -> list[Path]:
    """Every Python file of these folders, relative to the project; an empty package file says nothing."""
    found = [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]
    return [path.relative_to(ROOT) for path in found if path.stat().st_size]


@cache
def tree(file: Path) -> ast.Module:
    """A file's syntax."""
    return ast.parse((ROOT / file).read_text("utf-8"))


def functions(file: Path) -> Iterator[Function]:
    """Every function and method of a file, nested ones included."""
    return (node for node in ast.walk(tree(file)) if isinstance(node, Function))


def public(scope: ast.Module | ast.ClassDef) -> Iterator[Function | ast.ClassDef]:
    """Every public class, function and method, at whatever depth of classes."""
    for node in scope.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            yield node
            if isinstance(node, ast.ClassDef):
                yield from public(node)


@cache
def promised() -> frozenset[str]:
    """The methods that a protocol explains for whoever keeps it."""
    classes = [node for file in files(*PACKAGES) for node in ast.walk(tree(file)) if isinstance(node, ast.ClassDef)]
    protocols = [
        one for one in classes if any(isinstance(base, ast.Name) and base.id == "Protocol" for base in one.bases)
    ]
    return frozenset(node.name for one in protocols for node in public(one) if ast.get_docstring(node))


@cache
def documentation() -> str:
    """Everything that readers are given."""
    found = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
    return "\n".join(path.read_text("utf-8") for path in found if path.exists())
