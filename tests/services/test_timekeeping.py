"""Clocks that jump while rounds go on, or while the service is down: nothing is trusted that lies in the future."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checks.observation import Cause
from statuspage.core.alert import AlertKind
from statuspage.core.availability import Availability, Basis, Reason
from statuspage.core.cell import CellState
from statuspage.core.confirmation import Round, advance, stale
from statuspage.core.incident import Kind, Says, ScopeRow
from statuspage.core.memory import first_state, remember
from statuspage.core.moments import moved, not_ahead
from statuspage.core.publish import Word, publish
from statuspage.core.settings import Policy
from statuspage.core.transition import apply, compare
from statuspage.core.verdict import Controls, Finding, History, judge
from statuspage.services.alerts import kept
from statuspage.services.incidents import Continuation, Opening, Statement
from tests.core import builders
from tests.house import FABLE, FABLE_HOME, FABLE_PARTNERS, PARTNERS, VENDOR, House
from tests.staff import STAFF

A = Availability
ANSWERS = (Cause.OK, Cause.LEGAL, Cause.SERVER_ERROR)


@dataclass
class Steady:
    """A clock that nobody sets: it follows the moved one except where a test says that it was set."""

    house: House
    set_by: timedelta = timedelta(0)

    def __call__(self) -> float:
        """Seconds."""
        return (self.house.clock.at - self.set_by).timestamp()

    def set(self, **by: float) -> None:
        """Set the wall clock."""
        self.set_by += timedelta(**by)
        self.house.clock.at += timedelta(**by)


@pytest.fixture
def steady(calm: House) -> Steady:
    made = Steady(calm)
    calm.monitor.steady = made
    calm.monitor.__post_init__()
    return made


async def alerts(house: House) -> set[tuple[AlertKind, str]]:
    async with house.store.reading() as tx:
        return {one.name for one in await kept(tx)}


async def test_a_clock_set_back_lets_cells_grow_stale_and_pages_run_out(calm: House, steady: Steady) -> None:
    await calm.round()
    steady.set(days=-3)
    await calm.monitor.sweep()
    before = await calm.queries.snapshot()
    assert before.valid_until <= calm.clock() + timedelta(minutes=2)
    assert (await calm.said()) == (A.AVAILABLE, Reason.NONE)
    calm.pass_time(minutes=16)
    await calm.monitor.sweep()
    assert await calm.said() == (A.UNKNOWN, Reason.STALE)
    await calm.settle()
    assert await calm.said() == (A.AVAILABLE, Reason.NONE)
    assert (AlertKind.CLOCK, "jump") in await alerts(calm)


async def test_a_clock_set_forward_makes_nothing_stale_that_was_just_asked(calm: House, steady: Steady) -> None:
    await calm.round()
    steady.set(hours=5)
    await calm.monitor.sweep()
    assert await calm.said() == (A.AVAILABLE, Reason.NONE)
    calm.pass_time(minutes=16)
    await calm.monitor.sweep()
    assert await calm.said() == (A.UNKNOWN, Reason.STALE)


async def test_a_jump_forward_does_not_shorten_a_confirmation(calm: House, steady: Steady) -> None:
    calm.do("restrict", model=FABLE)
    await calm.settle()
    calm.do("restore", model=FABLE)
    for _ in range(3):
        await calm.round(VENDOR, (FABLE,))
        steady.set(minutes=30)
        calm.pass_time(seconds=10)
    await calm.round(VENDOR, (FABLE,))
    assert (await calm.said())[0] is A.RESTRICTED
    calm.pass_time(minutes=10)
    await calm.round(VENDOR, (FABLE,))
    assert (await calm.said())[0] is A.AVAILABLE


async def test_a_jump_back_does_not_stop_a_confirmation(calm: House, steady: Steady) -> None:
    calm.do("restrict", model=FABLE)
    await calm.round(VENDOR, (FABLE,))
    steady.set(hours=-2)
    calm.pass_time(seconds=6)
    await calm.round(VENDOR, (FABLE,))
    assert await calm.said() == (A.RESTRICTED, Reason.WITHDRAWN)


async def test_what_a_former_process_saw_tomorrow_is_noticed_at_the_start(calm: House) -> None:
    await calm.round()
    subscription = await calm.subscribe()
    calm.do("restrict", model=FABLE)
    await calm.settle(VENDOR, (FABLE,))
    calm.pass_time(days=-1)
    calm.configure(calm.settings)
    calm.monitor.steady = Steady(calm)
    calm.monitor.__post_init__()
    await calm.monitor.sweep()
    assert (AlertKind.CLOCK, "jump") in await alerts(calm)
    async with calm.store.writing() as tx:
        [owed] = await tx.deliveries(subscription.id)
        assert owed.next_attempt_at <= calm.clock()
        assert await tx.claim(calm.clock(), timedelta(minutes=1), 10, 10)


async def test_the_last_known_restriction_is_kept_for_a_day_by_whatever_clock(calm: House, steady: Steady) -> None:
    steady.set(days=30)
    calm.do("restrict", model=FABLE)
    await calm.settle()
    steady.set(days=-30)
    calm.pass_time(hours=2)
    await calm.monitor.sweep()
    assert (await calm.cells())[FABLE_HOME].published.basis is Basis.LAST_KNOWN
    calm.pass_time(hours=24)
    await calm.monitor.sweep()
    assert (await calm.said())[0] is A.UNKNOWN


async def test_what_staff_say_after_the_clock_was_set_back_holds_and_ends_what_they_said_before(calm: House) -> None:
    scope = (ScopeRow(models=(FABLE,)),)
    opened = await calm.incidents.open(
        Opening(Kind.RESTRICTION, "Order", "Ordered.", scope, (Statement(Says.ORDERED, authority="A"),)), STAFF
    )
    calm.pass_time(hours=-3)
    await calm.monitor.sweep()
    cell = (await calm.queries.snapshot()).cell(FABLE_HOME)
    assert cell.disagreement is not None, "the order holds though its stamp is to come"
    lifted = Continuation("Lifted.", statements=(Statement(Says.LIFTED, authority="A"),))
    after = await calm.incidents.update(opened.id, lifted, STAFF)
    assert [one.at for one in after.updates] == sorted(one.at for one in after.updates)
    assert (await calm.queries.snapshot()).cell(FABLE_HOME).disagreement is None


async def test_the_newest_attestation_wins_by_whatever_clock(calm: House) -> None:
    async def attest(available: bool) -> None:
        until = calm.clock() + timedelta(days=3)
        scope = ScopeRow(user_classes=(PARTNERS,))
        await calm.attestations.attest(scope, available=available, until=until, source=None, actor=STAFF)

    await attest(True)
    calm.pass_time(hours=-5)
    await attest(False)
    assert (await calm.said(FABLE_PARTNERS))[0] is A.RESTRICTED


# Whatever the clock does: the machinery of a cell, driven by rounds, pauses and jumps in any order.

STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("round"), st.sampled_from(ANSWERS)),
        st.tuples(st.just("wait"), st.integers(1, 3000)),
        st.tuples(st.just("set"), st.integers(-90_000, 90_000)),
        st.tuples(st.just("restart"), st.integers(-90_000, 90_000)),
    ),
    max_size=40,
)
QUARTER = timedelta(minutes=15)


@dataclass
class Machine:
    """One cell under a wall clock, and how much time really passed."""

    state: CellState
    wall: timedelta = timedelta(0)
    passed: timedelta = timedelta(0)
    valid: timedelta | None = None
    agreeing: int = 0
    first: timedelta = timedelta(0)
    last: Cause | None = None

    @property
    def at(self):  # type: ignore[no-untyped-def]
        return builders.T0 + self.wall

    def wait(self, by: timedelta) -> None:
        self.wall += by
        self.passed += by

    def set(self, by: timedelta) -> None:
        self.wall += by
        self.state = moved(self.state, by)

    def hear(self, cause: Cause) -> None:
        self.first = self.first if cause is self.last else self.passed
        self.agreeing = self.agreeing + 1 if cause is self.last else 1
        self.last, self.valid = cause, self.passed
        seen = builders.seen(cause, self.at)
        state = remember(not_ahead(self.state, self.at), seen, Policy())
        ruling = judge(Finding(cause), Controls(), History(closed=state.closed))
        round_ = Round(self.at, ruling, builders.confirmation(self.at), builders.proof(self.at))
        self.publish(advance(state, round_, Policy()).state)

    def sweep(self) -> None:
        state = not_ahead(self.state, self.at)
        self.publish(stale(state, self.at, QUARTER, Policy()) or state)

    def publish(self, state: CellState) -> None:
        after = publish(state, Word(), self.at, Policy())
        change = compare(state, after)
        self.state = apply(state, after, change, self.at, "evt" if change.type else None)


@settings(max_examples=150)
@given(STEPS)
def test_under_any_clock_cells_go_stale_in_time_and_nothing_returns_too_soon(steps: list[tuple[str, object]]) -> None:
    machine = Machine(first_state(FABLE_HOME, FABLE, builders.T0))
    restarted = False
    for what, value in steps:
        before = machine.state
        if what == "round":
            assert isinstance(value, Cause)
            machine.hear(value)
        elif what == "wait":
            machine.wait(timedelta(seconds=int(str(value))))
        elif what == "set":
            machine.set(timedelta(seconds=int(str(value))))
        else:
            machine.wall += timedelta(seconds=int(str(value)))
            restarted = True
        machine.sweep()
        now = machine.state
        if before.last_known and now.last_known:
            assert now.last_known.since >= before.last_known.since
        for stamp in (now.last_valid_at, now.last_observed_at, now.last_answer_at, now.holding_since):
            assert stamp is None or stamp <= machine.at
        if restarted or machine.valid is None:
            continue
        fresh = machine.passed - machine.valid < QUARTER
        assert fresh or now.measured.availability in (A.UNKNOWN,)
        if before.episode and not now.episode:
            assert machine.agreeing >= 3
            assert machine.passed - machine.first >= timedelta(minutes=10)
