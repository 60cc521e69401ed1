"""docs/webhooks.md says what the code does, and its receiver works."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest

from statuspage import clock
from statuspage.core import delivery, enrolment
from statuspage.core.availability import Availability, Basis, Reason
from statuspage.core.event import ON_REQUEST, Change, EventType, document
from statuspage.core.fairness import SLOW
from statuspage.core.subscription import secret_text
from statuspage.senders.guard import SPECIAL_NAMES
from statuspage.senders.http import Limits
from statuspage.senders.signature import sign
from statuspage.services.courier import Pace
from statuspage.services.enrolment import MOST_PENDING, MOST_PENDING_OF_A_MAILBOX, MOST_PENDING_OF_ONE
from statuspage.services.verification import CONFIRM, UNSUBSCRIBE
from statuspage.web import subscribe
from tests.store.cast import FABLE, draft

TEXT = (Path(__file__).parents[2] / "docs" / "webhooks.md").read_text()
SECRET = bytes(range(32))

Receive = Callable[[dict[str, str], bytes], tuple[int, dict[str, str]]]


def test_every_event_type_is_listed_with_its_meaning() -> None:
    rows = dict(re.findall(r"^\| `([a-z]+\.[a-z]+)` \| (.+) \|$", TEXT, re.MULTILINE))
    assert set(rows) == {one.value for one in EventType}
    assert {name for name, meaning in rows.items() if "only to those who name" in meaning} == {
        one.value for one in ON_REQUEST
    }


def test_the_schedule_is_the_one_that_is_kept() -> None:
    [line] = re.findall(r"^> (0 · .+)$", TEXT, re.MULTILINE)
    units = {"s": "seconds", "min": "minutes", "h": "hours"}
    waits = [timedelta(0)]
    for wait in line.split(" · ")[1:]:
        number, unit = wait.split()
        waits.append(timedelta(**{units[unit]: int(number)}))
    assert tuple(waits) == delivery.SCHEDULE


def test_the_numbers_are_those_of_the_code() -> None:
    limits, pace = Limits(), Pace()
    for claim in (
        f"{len(delivery.SCHEDULE)} attempts over three days",
        f"may take\n{limits.dns:.0f} seconds, connecting with TLS {limits.connect:.0f}",
        f"including the body of your answer {limits.total:.0f}",
        f"At most {limits.read // 1024} KiB",
        f"the first {limits.kept // 1024} KiB are kept",
        f"At most {pace.per_endpoint} requests are in flight",
        f"{pace.per_host} for one host",
        f"After {delivery.BREAKER_OPENS_AFTER} failures running",
        f"{delivery.OWED_FOR.days} days after it was owed",
        f"After {delivery.DISABLED_AFTER.days} days without a success",
        f"at least {delivery.SLOW_DOWN_FOR.seconds} seconds",
        f"an attempt of more than {SLOW:.0f} seconds gives its place back",
        f"varied by up to {delivery.SPREAD:.0%}".replace("%", " %"),
    ):
        assert claim in TEXT, claim
    assert {"localhost", "local", "internal"} <= SPECIAL_NAMES


@pytest.fixture
def example(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    [code] = re.findall(r"```python\n(.+?)```", TEXT, re.DOTALL)
    names: dict[str, Any] = {"__name__": "receiver"}
    monkeypatch.setenv("WEBHOOK_SECRET", secret_text(SECRET))
    exec(compile(code, "docs/webhooks.md", "exec"), names)
    return names


def sent(receive: Receive, event: dict[str, Any], secret: bytes = SECRET) -> tuple[int, dict[str, str]]:
    body = json.dumps(event).encode()
    timestamp = int(clock.now().timestamp())
    headers = {
        "webhook-id": event["id"],
        "webhook-timestamp": str(timestamp),
        "webhook-signature": sign((secret,), event["id"], timestamp, body),
    }
    return receive(headers, body)


def send(receive: Receive, event: dict[str, Any], secret: bytes = SECRET) -> int:
    return sent(receive, event, secret)[0]


def restricted(event_id: str, cell_seq: int, to: str = "restricted") -> dict[str, Any]:
    change = {"user_class": "abroad", "to": to, "cell_seq": cell_seq}
    links = {"current": "https://status.example.org/api/v1/models/fable"}
    return {
        "id": event_id,
        "type": "model.restricted",
        "data": {"model": "fable", "provider": "cloud", "changes": [change], "links": links},
    }


def test_the_receiver_verifies_drops_duplicates_and_keeps_order(example: dict[str, Any]) -> None:
    receive: Receive = example["receive"]
    fetched: list[str] = []
    example["fetch"] = fetched.append
    cell = ("fable", "cloud", "abroad")

    assert send(receive, restricted("evt_1", 1), secret=bytes(32)) == 401
    assert example["usable"] == {}
    assert send(receive, restricted("evt_1", 1)) == 200
    assert example["usable"] == {cell: False}
    assert send(receive, restricted("evt_1", 99, "available")) == 200
    assert send(receive, restricted("evt_0", 0, "available")) == 200
    assert example["usable"] == {cell: False}
    assert send(receive, restricted("evt_2", 2, "unknown")) == 200
    assert example["usable"] == {cell: False}
    assert fetched == []
    assert send(receive, restricted("evt_5", 5, "available")) == 200
    assert example["usable"] == {cell: True}
    assert fetched == ["https://status.example.org/api/v1/models/fable"]


def test_the_receiver_answers_the_challenge(example: dict[str, Any]) -> None:
    event = {"id": "evt_1", "type": "webhook.verify", "data": {"challenge": "c1", "changes": []}}
    assert sent(example["receive"], event) == (200, {"challenge": "c1"})
    assert sent(example["receive"], event, secret=bytes(32)) == (401, {})


def test_the_numbers_of_self_serve_are_those_of_the_code() -> None:
    hour, minute = timedelta(hours=1), timedelta(minutes=1)
    minutes = [one // minute for one in enrolment.WAITS if one < hour]
    hours = [one // hour for one in enrolment.WAITS if one >= hour]
    assert timedelta(seconds=2) == enrolment.FIRST_AFTER
    for claim in (
        "comes after two seconds",
        f"after {_list(minutes)} minutes, {_list(hours)} hours",
        f"vanish after {enrolment.VANISHES_AFTER // hour} hours",
        f"ask for {subscribe.MAKING.count} new subscriptions an hour and {subscribe.MANAGING.count} things a minute",
        f"one subscription for {subscribe.SENDING.count} a minute",
        f"for {subscribe.RECOVERING.count} recoveries an hour",
        f"one mailbox may be named {subscribe.WRITING.count} times a day",
        f"One address may have {MOST_PENDING_OF_ONE} unverified",
        f"more than {MOST_PENDING:,} wait unverified",
        f"has at most {['no', 'one', 'two', 'three'][MOST_PENDING_OF_A_MAILBOX]} unconfirmed",
    ):
        assert claim in TEXT, claim


def _list(numbers: list[int]) -> str:
    return f"{', '.join(map(str, numbers[:-1]))} and {numbers[-1]}"


BODIES = [json.loads(text) for text in re.findall(r"```json\n(.+?)```", TEXT, re.DOTALL)]


def test_the_examples_of_bodies_have_every_field_and_no_other() -> None:
    change = Change(FABLE, "fable-5", Availability.AVAILABLE, Availability.RESTRICTED, Reason.LEGAL, Basis.MEASURED, 7)
    verify, moved = BODIES
    shown = document(replace(draft(FABLE), changes=(change,)), 1041, "https://status.example")
    assert _fields(moved) == _fields(shown)
    shown["data"] |= {"challenge": "…", "changes": []}
    shown["data"]["links"] |= dict.fromkeys((CONFIRM, UNSUBSCRIBE), "…")
    assert _fields(verify) == _fields(shown)
    assert (verify["type"], verify["seq"]) == ("webhook.verify", None)


def _fields(body: dict[str, Any]) -> list[set[str]]:
    data = body["data"]
    return [set(one) for one in (body, data, data["links"], *data["changes"])]


def test_everything_that_a_token_may_do_is_shown_with_curl() -> None:
    one = "$STATUS/api/v1/subscriptions"
    shown = set(re.findall(rf"^curl .*?(?:-X (\w+) )?\"{re.escape(one)}([^\"?]*)", TEXT, re.MULTILINE))
    wanted = {
        (method, re.sub(r"\{(\w+)_id\}", lambda found: {"subscription": "$ID"}.get(found[1], "$DELIVERY"), path))
        for route in subscribe.Subscribe.routes(Mock())
        for method in (route.methods or {"GET"}) - {"HEAD"}
        for path in [route.path.removeprefix("/subscriptions")]
    }
    assert {(method or "GET", path) for method, path in shown} == wanted
