"""Taking over the history of another status page: quietly, with its dates, as often as one likes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from statuspage.core.atlassian import Found
from statuspage.core.incident import Incident, Note, ScopeRow
from statuspage.core.settings import Settings
from statuspage.core.staff import Action, Actor, require
from statuspage.ports import Clock, RevisionKind, Store, Writing
from statuspage.services.audit import record
from statuspage.services.documents import INCIDENT, dump
from statuspage.services.documents import incident as of_revision
from statuspage.services.scopes import check_names

BY = "import"
"""Who signs the private note that every imported revision carries."""
A_TIME = 25

Progress = Callable[[int, int], None]


@dataclass
class Outcome:
    """What an import did, by the incidents' ids. Those that staff have changed here since are ``left`` alone."""

    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    unknown_components: set[str] = field(default_factory=set)


@dataclass
class Imports:
    """Writes what was found elsewhere as incidents of ours; nobody is told, no event is made."""

    store: Store
    settings: Settings
    clock: Clock

    async def incidents(
        self,
        found: Sequence[Found],
        actor: Actor,
        *,
        models: Mapping[str, str] | None = None,
        progress: Progress = lambda _done, _total: None,
    ) -> Outcome:
        """Add each incident, or what changed of it since the last import; ``models`` says which component is which.

        It is done in small steps that are each whole, so that one that was cut short is finished by the next.
        """
        require(actor, Action.PUBLISH)
        check_names("component", (models or {}).values(), [one.id for one in self.settings.models])
        known, outcome = self._models() | _folded(models or {}), Outcome()
        for start in range(0, len(found), A_TIME):
            some = found[start : start + A_TIME]
            async with self.store.writing() as tx:
                kept = {one.key: of_revision(one) for one in await tx.revisions(RevisionKind.INCIDENT)}
                for one in some:
                    await self._take(tx, one, kept.get(one.incident.id), known, actor, outcome)
            progress(start + len(some), len(found))
        return outcome

    def _models(self) -> dict[str, str]:
        return _folded({name: one.id for one in self.settings.models for name in (one.id, one.name)})

    async def _take(
        self, tx: Writing, one: Found, old: Incident | None, known: Mapping[str, str], actor: Actor, outcome: Outcome
    ) -> None:
        outcome.unknown_components |= {name for name in one.components if name.casefold() not in known}
        scope = scope_of(one, known)
        where = _where(one, old, scope)
        getattr(outcome, where).append(one.incident.id)
        if where in {"unchanged", "left"}:
            return
        at = self.clock()
        notes = (*(old.notes if old else ()), Note(at, BY, _said(one)))
        made = replace(one.incident, scope=scope, notes=notes)
        document = dump(INCIDENT, replace(made, rev=0))
        kept = await tx.add_revision(RevisionKind.INCIDENT, made.id, document, at, actor.label)
        await record(tx, actor, "incident.import", made.id, {"rev": kept.rev, "from": one.address or None}, at)


def scope_of(one: Found, known: Mapping[str, str]) -> tuple[ScopeRow, ...]:
    """The models that an incident's components are here; an incident that touches none of them has no scope."""
    models = tuple(dict.fromkeys(known[name.casefold()] for name in one.components if name.casefold() in known))
    return (ScopeRow(models=models),) if models else ()


def _where(one: Found, old: Incident | None, scope: tuple[ScopeRow, ...]) -> str:
    if old is None:
        return "added"
    imports = [note for note in old.notes if note.actor == BY]
    if imports and imports[-1].body == _said(one) and (old.scope == scope or len(imports) != old.rev):
        return "unchanged"
    return "changed" if len(imports) == old.rev else "left"


def _said(one: Found) -> str:
    origin = f"Imported from {one.address}" if one.address else "Imported"
    affected = f" Components there: {', '.join(one.components)}." if one.components else ""
    return f"{origin} ({one.digest}).{affected}"


def _folded(names: Mapping[str, str]) -> dict[str, str]:
    return {name.casefold(): model for name, model in names.items()}
