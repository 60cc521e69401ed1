"""``classify``: what an answer means, for staff who paste one and for programs that pipe many."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

import click
import orjson

from checks.observation import Answer, Classification
from statuspage.cli.options import with_config
from statuspage.errors import UsageError
from statuspage.services import pasted, transcript


@click.command()
@with_config
@click.option("--provider", help="The dialect: anthropic, openai, gemini, bedrock, …; any other name is generic.")
@click.option("--status", type=click.IntRange(100, 599), help="The HTTP status.")
@click.option("--header", "headers", multiple=True, metavar="K=V", help="A header of the answer; may be repeated.")
@click.option("--jsonl", is_flag=True, help="One JSON object a line: provider, status, headers, body.")
@click.argument("source", default="-", metavar="[FILE|-]")
def classify(
    config: Path,  # noqa: ARG001 - every command takes it
    provider: str | None,
    status: int | None,
    headers: tuple[str, ...],
    jsonl: bool,
    source: str,
) -> None:
    """Say what an answer means: its cause, strength, rule, and a hint.

    Without --status and --header, paste what you have: curl -i, a library's error, a log line, the body alone.
    """
    if jsonl and (provider or status or headers):
        raise UsageError("--jsonl takes provider, status and headers from each line: leave the options out")
    raw = _read(source)
    if jsonl:
        for line in _lines(raw):
            click.echo(line)
        return
    told = status is not None or headers
    if not told and not raw.strip():
        raise UsageError("there is nothing to read: paste an answer, name a FILE, or give --status")
    answer = Answer(status, _headers(headers), raw) if told else transcript.read(raw.decode("utf-8", "replace"))
    click.echo(orjson.dumps(_meant(transcript.meaning_of(provider or "generic", answer))).decode())


def _read(source: str) -> bytes:
    if source == "-":
        return sys.stdin.buffer.read()
    try:
        return Path(source).read_bytes()
    except OSError as error:
        raise UsageError(f"{source} cannot be read: {error.strerror}") from None


def _headers(pairs: Iterable[str]) -> dict[str, str]:
    found = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals:
            raise UsageError(f"--header {pair!r}: write NAME=VALUE")
        found[name.strip().lower()] = value.strip()
    return found


def _lines(raw: bytes) -> Iterable[str]:
    for number, line in enumerate(raw.splitlines(), 1):
        if line.strip():
            yield orjson.dumps(_meant(_line(number, line))).decode()


def _line(number: int, line: bytes) -> Classification:
    try:
        said = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise UsageError(f"line {number} is not JSON: {error}") from None
    if not isinstance(said, dict):
        raise UsageError(f"line {number} must be a JSON object with provider, status, headers and body")
    status = said.get("status")
    answer = Answer(status if isinstance(status, int) else None, pasted.headers_of(said), pasted.body_of(said))
    return transcript.meaning_of(pasted.provider_of(said), answer)


def _meant(one: Classification) -> dict[str, str | None]:
    strength = one.strength.value if one.strength else None
    return {"cause": one.cause.value, "strength": strength, "rule": one.rule, "hint": one.hint}
