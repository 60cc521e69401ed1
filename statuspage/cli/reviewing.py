"""``incident …``: what comes after the writing: publish, approve, withdraw, correct, link, remark."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from statuspage.cli.incidents import incident
from statuspage.cli.options import with_config, with_json
from statuspage.cli.shared import actor, run
from statuspage.cli.written import AS, BASE, TERMS, TEXT, tell, terms_of, text_of, with_given
from statuspage.errors import UsageError

__all__ = ["incident"]

_UPDATE = (click.option("--update", "update_id", metavar="UPDATE", help="Of a public incident: this waiting update."),)
_ANSWER = (
    click.option("--provider", required=True, help="The provider that answers so."),
    click.option("--fingerprint", required=True, help="The answer's fingerprint, as `probe` and the API show it."),
)


@incident.command()
@with_config
@with_json
@click.argument("incident_id", metavar="ID")
@with_given(_UPDATE, TERMS, BASE, AS)
def publish(config: Path, as_json: bool, incident_id: str, update_id: str | None, base_rev: int, **given: Any) -> None:
    """Make a draft public, or ask for it where a second person must approve."""
    terms = terms_of(given)
    care: dict[str, Any] = {"terms": terms, "update_id": update_id, "base_rev": base_rev}
    tell(run(config, lambda verbs: verbs.incidents.publish(incident_id, actor(), **care)), as_json)


@incident.command()
@with_config
@with_json
@click.argument("incident_id", metavar="ID")
@with_given(_UPDATE, BASE, AS)
def approve(config: Path, as_json: bool, incident_id: str, **care: Any) -> None:
    """Be the second person: what was asked to be published goes out."""
    tell(run(config, lambda verbs: verbs.incidents.approve(incident_id, actor(), **care)), as_json)


@incident.command()
@with_config
@with_json
@click.argument("incident_id", metavar="ID")
@with_given(_UPDATE, BASE, AS)
def withdraw(config: Path, as_json: bool, incident_id: str, **care: Any) -> None:
    """Discard a draft, or an update that is not public yet."""
    tell(run(config, lambda verbs: verbs.incidents.withdraw(incident_id, actor(), **care)), as_json)


@incident.command()
@with_config
@with_json
@click.argument("incident_id", metavar="ID")
@click.option("--update", "update_id", metavar="UPDATE", help="The public update whose words are corrected.")
@click.option("--title", help="Another title.")
@with_given(TEXT[:2], BASE, AS)
def edit(
    config: Path, as_json: bool, incident_id: str, update_id: str | None, title: str | None, base_rev: int, **given: Any
) -> None:
    """Correct what is public; what it said before stays in its public history."""
    body = text_of(given)
    if title and not update_id:
        tell(run(config, lambda v: v.incidents.retitle(incident_id, title, actor(), base_rev=base_rev)), as_json)
    elif update_id and body and not title:
        tell(run(config, lambda v: v.incidents.edit(incident_id, update_id, body, actor(), base_rev=base_rev)), as_json)
    else:
        raise UsageError("give --title, or --update with --body or --message")


@incident.command()
@with_config
@with_json
@click.argument("incident_id", metavar="ID")
@with_given(_ANSWER)
def link(config: Path, as_json: bool, incident_id: str, provider: str, fingerprint: str) -> None:
    """Say that a provider's answer is how this restriction shows there."""
    tell(run(config, lambda verbs: verbs.incidents.link(incident_id, provider, fingerprint, actor())), as_json)


@incident.command()
@with_config
@with_json
@click.argument("incident_id", metavar="ID")
@with_given(_ANSWER)
def unlink(config: Path, as_json: bool, incident_id: str, provider: str, fingerprint: str) -> None:
    """Take a link back."""
    tell(run(config, lambda verbs: verbs.incidents.unlink(incident_id, provider, fingerprint, actor())), as_json)


@incident.command()
@with_config
@with_json
@click.argument("incident_id", metavar="ID")
@with_given(TEXT[:2])
def note(config: Path, as_json: bool, incident_id: str, **given: Any) -> None:
    """Add a private remark, which no page shows."""
    body = text_of(given)
    tell(run(config, lambda verbs: verbs.incidents.note(incident_id, body, actor())), as_json)
