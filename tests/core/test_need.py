"""What needs a person, and in which order."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from statuspage.core import need
from statuspage.core.alert import AlertKind, alert
from statuspage.core.availability import Availability, Basis, Disagreement
from statuspage.core.incident import Impact, Incident, Kind, Stage
from statuspage.core.need import Need, NewText, Want
from statuspage.core.review import Approval, Asked, Override, Review
from statuspage.core.snapshot import AttestedView, CellView
from statuspage.core.subscription import BY_OPERATOR, Filters, Origin, Subscription, SubscriptionState
from tests.site import snapshots

NOON = datetime(2026, 6, 12, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
CELLS = snapshots.a_calm_day().cells
STORY = Incident("inc_1", Kind.RESTRICTION, "Order", Stage.IDENTIFIED, Impact.MAJOR, NOON, NOON)
WEBHOOK = Subscription("sub_1", "https://a.example", Filters(), SubscriptionState.LIVE, Origin.OPERATOR, NOON)
TEXT = NewText("cloud", "f" * 16, NOON, 500, "try again")


def cell(disagreement: Disagreement | None, number: int = 0, incident: str | None = None) -> CellView:
    return replace(CELLS[number], disagreement=disagreement, incident=incident, basis=Basis.MEASURED)


def wants(needs: list[Need]) -> list[Want]:
    return [one.want for one in needs]


def test_the_most_harmful_comes_first_and_then_the_oldest() -> None:
    late, early, mild = (
        Need(Want.EXPLAIN, NOON, "/a"),
        Need(Want.EXPLAIN, NOON - HOUR, "/b"),
        Need(Want.WEBHOOKS, NOON - 9 * HOUR, "/c"),
    )
    assert need.ordered([mild, late, early]) == [early, late, mild]
    assert wants(need.ordered(Need(want, NOON, "/") for want in reversed(Want))) == list(Want)


def test_one_need_for_each_model_that_nobody_has_explained() -> None:
    same = [one for one in CELLS if one.key.model == CELLS[0].key.model][:2]
    found = list(need.of_cells(replace(one, disagreement=Disagreement.UNEXPLAINED, incident=None) for one in same))
    [one] = found
    assert (one.want, one.keys) == (Want.EXPLAIN, tuple(each.key for each in same))
    key = same[0].key
    assert one.path == f"/staff/incidents/new?cell={key}"


def test_what_is_declared_leads_to_its_story() -> None:
    cells = [cell(Disagreement.LIFTED_STILL_REFUSED, 0, "inc_1"), cell(Disagreement.ORDERED_NOT_APPLIED, 1, "inc_1")]
    found = list(need.of_cells(cells))
    assert wants(found) == [Want.STILL_REFUSED, Want.NOT_APPLIED]
    assert {one.path for one in found} == {"/staff/incidents/inc_1"}


def test_what_is_agreed_or_by_design_needs_nobody() -> None:
    by_design = replace(cell(Disagreement.UNEXPLAINED), availability=Availability.RESTRICTED, basis=Basis.EXPECTED)
    assert list(need.of_cells([cell(None), by_design])) == []


def test_a_word_that_ends_soon_or_has_ended() -> None:
    soon = replace(cell(None), attested=AttestedView("editor", NOON + HOUR, None))
    later = replace(cell(None), attested=AttestedView("editor", NOON + 30 * HOUR, None))
    over = replace(cell(None), availability=Availability.UNKNOWN, measured=None, attested=None)
    never = replace(over, unreached=True)
    found = list(need.of_attestations([soon, later, over, never], NOON))
    assert wants(found) == [Want.VOUCH, Want.VOUCH_SOON]
    assert found[1].until == NOON + HOUR
    assert found[0].path == f"/staff/attestations/new?cell=*/{over.key.user_class}"


def test_an_update_that_was_promised_and_is_late() -> None:
    late = replace(STORY, next_update_by=NOON - HOUR)
    assert wants(list(need.of_incidents([late], NOON))) == [Want.OVERDUE]
    for calm in (
        replace(STORY, next_update_by=NOON + HOUR),
        STORY,
        replace(late, draft=True),
        replace(late, stage=Stage.RESOLVED),
    ):
        assert list(need.of_incidents([calm], NOON)) == []


def test_words_that_wait_for_a_second_pair_of_eyes() -> None:
    waiting = Review(("person:ada",), Asked("person:ada", "ada", NOON, held=True))
    assert wants(list(need.of_incidents([replace(STORY, draft=True, review=waiting)], NOON))) == [Want.REVIEW]
    approved = replace(waiting, approvals=(Approval("person:bob", "bob", NOON),))
    overridden = replace(waiting, override=Override("person:ada", "ada", NOON, "fire"))
    for done in (approved, overridden, Review()):
        assert list(need.of_incidents([replace(STORY, draft=True, review=done)], NOON)) == []
    assert list(need.of_incidents([replace(STORY, draft=True, discarded=True, review=waiting)], NOON)) == []


def test_a_text_that_no_rule_knows_until_it_is_old() -> None:
    [one] = need.of_texts([TEXT], NOON)
    assert (one.want, one.path) == (Want.FINGERPRINT, f"/staff/fingerprints/cloud/{TEXT.fingerprint}")
    assert list(need.of_texts([TEXT], NOON + timedelta(days=7))) == []


def test_alerts_that_were_raised_lately() -> None:
    kinds = (AlertKind.CREDENTIAL, AlertKind.CAP, AlertKind.WEBHOOK, AlertKind.FINGERPRINT)
    alerts = [alert(kind, "cloud/us", "It fails.", NOON) for kind in kinds]
    assert wants(list(need.of_alerts(alerts, NOON + HOUR))) == [Want.CHECKS, Want.SPEND, Want.WEBHOOKS]
    assert list(need.of_alerts(alerts, NOON + timedelta(days=1))) == []


def test_webhooks_that_take_nothing_are_one_need() -> None:
    failing = replace(WEBHOOK, failing_since=NOON)
    given_up = replace(WEBHOOK, state=SubscriptionState.DISABLED, disabled_at=NOON + HOUR, disabled_reason="410")
    unwanted = replace(given_up, disabled_reason=BY_OPERATOR)
    [one] = need.of_subscriptions([WEBHOOK, failing, given_up, unwanted])
    assert (one.want, one.since, one.title, one.count) == (Want.WEBHOOKS, NOON, "2", 4)
    assert list(need.of_subscriptions([WEBHOOK, unwanted])) == []
