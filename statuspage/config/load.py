"""Load the configuration: read, parse, check against the schema and against itself, then build the settings."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

from pydantic import ValidationError

from statuspage.config.build import build
from statuspage.config.explain import explain
from statuspage.config.links import check_links
from statuspage.config.references import References
from statuspage.config.report import Report
from statuspage.config.schema import Configuration
from statuspage.config.source import read
from statuspage.config.tree import Node, parse
from statuspage.core.settings import Settings


def load(path: Path, environ: Mapping[str, str], *, kinds: Collection[str] | None = None) -> Settings:
    """The settings of a configuration file; raises ConfigurationError with every mistake at once.

    ``kinds`` are the check kinds that providers may name; by default those of the registry.
    """
    report = Report(str(path))
    text = read(path, report)
    report.raise_any()
    root = parse(text, References(environ, path.parent), report)
    configuration = None if root.broken else _validated(root, report)
    check_links(root, _registered() if kinds is None else kinds, report)
    report.raise_any()
    assert configuration is not None, "a configuration without mistakes validates"  # noqa: S101
    return build(configuration)


def _validated(root: Node, report: Report) -> Configuration | None:
    try:
        return Configuration.model_validate(root.plain())
    except ValidationError as error:
        explain(error, root, report)
    return None


def _registered() -> Collection[str]:
    from checks.registry import KINDS

    return {*KINDS, "http"}
