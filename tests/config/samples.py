"""A small right configuration for the tests, and the way to load a changed one."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from statuspage.config import load
from statuspage.core.settings import Settings
from statuspage.errors import ConfigurationError

KINDS = ("anthropic", "openai", "http")
KEY = "sk-very-secret-0123456789"

RIGHT = """\
site:
  name: Our models
  url: https://status.example.org/
  time_zone: Europe/Berlin
  refresh: 60s
store:
  url: sqlite:///data/statuspage.db
user_classes:
  staff: {name: Staff, reference: true}
  abroad: {name: Abroad}
  partners: {name: Partners, attested: true}
  zero: {name: Zero retention, dimension: retention}
providers:
  vendor:
    name: Vendor
    kind: anthropic
    base_url: https://api.vendor.example/
    controls: [small]
    rate_limit: 600/min
    credentials:
      staff: {key: sk-very-secret-0123456789, monthly_cap_usd: 20}
      abroad: {key: "${ABROAD:-sk-abroad}", egress: http://proxy.example:3128, country: DE}
  gate:
    name: Gate
    kind: openai
    base_url: https://gate.example/v1
    credentials:
      staff: {key: sk-gate}
models:
  large:
    name: Large
    successor: small
    alternatives: [small]
    offered:
      - {provider: vendor, id: large, primary: true, price: {in: 10, out: 50}}
      - {provider: gate, id: v/large, user_classes: [staff]}
    expect:
      - user_classes: [zero]
        reason: policy
        remedy: {by: admin, action: Keep data}
  small:
    offered:
      - provider: vendor
        id: small
schedule: {accepts_every: 30s, timeout: 500ms}
policy:
  restricted_weak: {count: 4}
notifications:
  webhooks: {allow_networks: [10.0.0.0/8], allow_http: false}
  smtp: null
retention: {observations: 14d}
"""


def load_text(folder: Path, text: str | bytes, environ: Mapping[str, str] | None = None) -> Settings:
    """The settings of a text, as a file of its own."""
    path = folder / "config.yaml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return load(path, environ or {}, kinds=KINDS)


def changed(old: str, new: str) -> str:
    """The right configuration with one change."""
    assert RIGHT.count(old) == 1, f"{old!r} is there {RIGHT.count(old)} times"
    return RIGHT.replace(old, new)


def messages(folder: Path, text: str | bytes, environ: Mapping[str, str] | None = None) -> list[str]:
    """The mistakes of a text, without the file's name."""
    try:
        load_text(folder, text, environ)
    except ConfigurationError as error:
        return [str(mistake).removeprefix(f"{folder / 'config.yaml'}:") for mistake in error.mistakes]
    return []
