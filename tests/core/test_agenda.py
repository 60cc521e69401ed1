"""What is due when: beats come again with their jitter, confirmations once."""

from __future__ import annotations

import random
from collections import Counter
from datetime import timedelta
from itertools import pairwise

from checks.target import Level
from statuspage.core.agenda import FIRST_ROUNDS_WITHIN, Agenda, Beat, Due, beats, merged
from statuspage.core.settings import Model, Offering, Schedule, Settings
from tests.core.builders import SETTINGS, T0, after

FULL = Beat("vendor", ("fable", "opus"), Level.ANSWERS, timedelta(minutes=5))
LIGHT = Beat("vendor", ("fable", "opus"), Level.ACCEPTS, timedelta(minutes=1))


def agenda(*given: Beat, jitter: float = 0.0, chance: float = 0.5) -> Agenda:
    made = Agenda(jitter, lambda: chance)
    made.fill(given, T0)
    return made


def asked(dues: list[Due]) -> list[tuple[str, tuple[str, ...], Level]]:
    return [(due.provider, due.models, due.level) for due in dues]


def test_a_clock_that_is_set_back_does_not_stop_the_rounds() -> None:
    made = agenda(LIGHT)
    assert asked(made.take(after(30))) == [("vendor", ("fable", "opus"), Level.ACCEPTS)]
    back = after(-7200)
    assert made.take(back) == []
    assert asked(made.take(back + timedelta(seconds=60))) == [("vendor", ("fable", "opus"), Level.ACCEPTS)]


def test_the_beats_of_a_configuration_put_models_with_the_same_interval_together() -> None:
    made = {(beat.provider, beat.level): beat for beat in beats(SETTINGS)}
    assert made["vendor", Level.ANSWERS] == Beat(
        "vendor", ("fable", "opus", "haiku"), Level.ANSWERS, timedelta(minutes=5)
    )
    assert made["cloud", Level.ACCEPTS] == Beat("cloud", ("fable", "opus"), Level.ACCEPTS, timedelta(minutes=1))
    assert len(made) == 4


def test_an_offering_with_its_own_interval_has_its_own_beat() -> None:
    often = Offering("vendor", "b", answers_every=timedelta(minutes=1))
    models = (Model("a", "A", (Offering("vendor", "a"),)), Model("b", "B", (often,)))
    made = beats(Settings(models=models, schedule=Schedule()))
    assert {(beat.models, beat.every) for beat in made if beat.level is Level.ANSWERS} == {
        (("a",), timedelta(minutes=5)),
        (("b",), timedelta(minutes=1)),
    }


def test_at_start_full_rounds_come_at_once_and_light_ones_later() -> None:
    made = agenda(FULL, LIGHT, chance=0.999)
    assert asked(made.take(T0 + FIRST_ROUNDS_WITHIN)) == [("vendor", ("fable", "opus"), Level.ANSWERS)]
    assert asked(made.take(after(60))) == [("vendor", ("fable", "opus"), Level.ACCEPTS)]


def test_nothing_is_due_before_its_time() -> None:
    made = agenda(LIGHT)
    assert made.take(after(29.9)) == []
    assert made.next_at() == after(30)
    assert Agenda(0.0, random.random).next_at() is None


def test_a_beat_comes_again_after_its_interval() -> None:
    made = agenda(LIGHT, chance=0.0)
    times = [second for second in range(301) if made.take(after(second))]
    assert times == [0, 60, 120, 180, 240, 300]


def test_the_jitter_spreads_beats_and_keeps_their_mean() -> None:
    made = Agenda(0.1, random.Random(7).random)
    made.fill([LIGHT], T0)
    times = [second for second in range(60_000) if made.take(after(second))]
    gaps = [later - earlier for earlier, later in pairwise(times)]
    assert min(gaps) >= 54
    assert max(gaps) <= 67
    assert 59 <= sum(gaps) / len(gaps) <= 61.5
    assert len(set(gaps)) > 5


def test_after_a_long_sleep_a_beat_is_made_up_for_once() -> None:
    made = agenda(LIGHT)
    assert len(made.take(after(hours=5))) == 1
    assert made.take(after(hours=5)) == []


def test_a_confirmation_is_asked_once_fully() -> None:
    made = agenda(LIGHT)
    made.confirm("vendor", "fable", after(5))
    assert asked(made.take(after(5))) == [("vendor", ("fable",), Level.ANSWERS)]
    assert made.take(after(6)) == []


def test_what_is_asked_fully_is_not_asked_below_as_well() -> None:
    dues = [
        Due("vendor", ("fable", "opus"), Level.ACCEPTS, LIGHT),
        Due("vendor", ("fable",), Level.ANSWERS),
        Due("vendor", ("fable",), Level.ANSWERS, FULL),
        Due("cloud", ("fable",), Level.ACCEPTS),
    ]
    assert asked(merged(dues)) == [
        ("vendor", ("fable",), Level.ANSWERS),
        ("vendor", ("opus",), Level.ACCEPTS),
        ("cloud", ("fable",), Level.ACCEPTS),
    ]
    assert asked(merged(merged(dues))) == asked(merged(dues))


def test_filling_again_starts_over() -> None:
    made = agenda(LIGHT)
    made.confirm("vendor", "fable", after(5))
    made.fill([FULL], after(10))
    counted = Counter(level for second in range(10, 60) for _, _, level in asked(made.take(after(second))))
    assert counted == {Level.ANSWERS: 1}
