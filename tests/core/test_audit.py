"""The audit log's chain: whole as written, and every change of it is seen."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statuspage.core.audit import GENESIS, Deed, Entry, Head, Link, canonical, deed, entry, faults
from tests.staff import ADMIN, STAFF

NOON = datetime(2026, 6, 12, 12, tzinfo=UTC)


def done(subject: str = "inc_1", **detail: Any) -> Deed:
    return deed(STAFF, "incident.open", subject, detail, NOON)


def chain(count: int) -> list[Link]:
    links, head = [], Head()
    for number in range(count):
        made = entry(done(f"inc_{number}"), head)
        head = Head(made.number, made.hash)
        links.append(link(made))
    return links


def link(made: Entry) -> Link:
    return Link(made.number, made.text, made.hash)


def test_an_entry_follows_the_one_before_it() -> None:
    first = entry(done(), Head())
    second = entry(done(), Head(first.number, first.hash))
    assert (first.number, first.previous, second.number, second.previous) == (1, GENESIS, 2, first.hash)
    assert first.hash != second.hash


def test_the_text_says_who_did_what() -> None:
    said = json.loads(canonical(deed(ADMIN, "person.add", "per_9", {"role": "editor"}, NOON)))
    assert said == {
        "at": "2026-06-12T12:00:00+00:00", "kind": "person", "actor_id": "per_admin", "actor": "person:admin",
        "role": "admin", "maker": None, "action": "person.add", "subject": "per_9", "detail": {"role": "editor"},
    }  # fmt: skip


def test_a_chain_as_it_was_written_has_no_fault() -> None:
    links = chain(5)
    assert list(faults(links, 5)) == []
    assert list(faults(links, 5, Head(3, links[2].hash))) == []
    assert list(faults([], 0)) == []


def other(head: Head) -> Link:
    return link(entry(done("x"), head))


CHANGES: dict[str, Callable[[list[Link]], list[Link]]] = {
    "another text": lambda links: [
        *links[:2],
        replace(links[2], text=links[2].text.replace("inc_2", "inc_7")),
        *links[3:],
    ],
    "another text with its own hash": lambda links: [
        *links[:2],
        other(Head(2, links[1].hash)),
        *links[3:],
    ],
    "one taken out": lambda links: links[:2] + links[3:],
    "one taken out, renumbered": lambda links: links[:2] + [replace(one, number=one.number - 1) for one in links[3:]],
    "the newest taken off": lambda links: links[:-1],
    "the oldest taken off": lambda links: links[1:],
    "two swapped": lambda links: [links[1], links[0], *links[2:]],
    "one put in": lambda links: [*links, other(Head(5, GENESIS))],
    "all taken off": lambda links: [],
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_every_change_is_seen(change: Callable[[list[Link]], list[Link]]) -> None:
    assert list(faults(change(chain(5)), 5))


def test_a_chain_written_anew_is_seen_by_whoever_kept_its_head() -> None:
    kept = chain(5)
    forged, head = [], Head()
    for number in range(5):
        made = entry(done(f"forged_{number}"), head)
        head = Head(made.number, made.hash)
        forged.append(link(made))
    assert list(faults(forged, 5)) == []
    assert list(faults(forged, 5, Head(5, kept[4].hash))) == ["audit entry 5 is not the one that was written down"]
    assert list(faults(forged[:3], 3, Head(5, kept[4].hash))) == [
        "the audit log has no entry 5, which was written down"
    ]


@given(st.dictionaries(st.text(), st.text() | st.integers() | st.none()), st.text())
def test_any_text_has_one_spelling_that_a_database_takes(detail: dict[str, Any], subject: str) -> None:
    text = canonical(done(subject, **detail) if detail.keys().isdisjoint({"subject"}) else done(subject))
    assert text == canonical(Deed(**json.loads(text) | {"at": NOON}))
    assert "\0" not in text
    text.encode()


def test_the_same_moment_elsewhere_is_another_spelling_but_sound() -> None:
    east = replace(done(), at=NOON.astimezone(timezone(timedelta(hours=2))))
    made = entry(east, Head())
    assert list(faults([link(made)], 1)) == []


def test_what_is_no_plain_data_is_refused() -> None:
    with pytest.raises(TypeError):
        canonical(done(secret=object()))
    with pytest.raises(ValueError, match="range"):
        canonical(done(cost=float("nan")))
