"""Guessing is slow, and nobody can lock another one out by it."""

from __future__ import annotations

import logging

import pytest

from statuspage.core.staff import Role
from tests.passwords import PASSWORD
from tests.web.staff.front import Front, words


async def test_guessing_one_name_from_one_address_ends_soon(front: Front) -> None:
    await front.door.welcome("ada", Role.ADMIN)
    mallory = front.browser("198.51.100.1")
    statuses = [(await mallory.sign_in("ada", f"guess number {guess}")).status_code for guess in range(8)]
    assert statuses == [401] * 5 + [429] * 3
    answer = await mallory.sign_in("ada")
    assert (answer.status_code, int(answer.headers["retry-after"]) > 60) == (429, True)
    assert "set-cookie" not in answer.headers


async def test_guessing_many_names_from_one_address_ends_too(front: Front) -> None:
    mallory = front.browser("198.51.100.1")
    statuses = [(await mallory.sign_in(f"name{guess}", "guess")).status_code for guess in range(32)]
    assert statuses == [401] * 30 + [429] * 2
    one_network = [front.browser(f"2001:db8::{guess:x}") for guess in range(32)]
    assert (await one_network[0].sign_in("ada", "guess")).status_code == 401
    statuses = [(await one.sign_in(f"name{guess}", "guess")).status_code for guess, one in enumerate(one_network)]
    assert 429 in statuses


async def test_nobody_is_locked_out_by_others_elsewhere(front: Front) -> None:
    await front.door.welcome("ada", Role.ADMIN)
    for number in range(10):
        mallory = front.browser(f"198.51.100.{number}")
        for guess in range(6):
            await mallory.sign_in("ada", f"guess {guess}")
    assert (await front.browser("192.0.2.7").sign_in("ada")).status_code == 303


async def test_who_was_here_before_is_not_locked_out_by_others_at_the_same_address(front: Front) -> None:
    ada = await front.person(Role.ADMIN, "ada")
    await ada.send("/staff/sign-out")
    mallory = front.browser("192.0.2.7")
    for guess in range(40):
        await mallory.sign_in("ada", f"guess {guess}")
        await mallory.sign_in(f"name{guess}", "guess")
    assert (await front.browser("192.0.2.7").sign_in("ada")).status_code == 429
    assert (await ada.sign_in("ada")).status_code == 303


async def test_a_known_browser_is_no_way_to_guess_either(front: Front) -> None:
    ada = await front.person(Role.ADMIN, "ada")
    await front.door.welcome("bob", Role.ADMIN)
    statuses = [(await ada.sign_in("ada", f"guess {guess}")).status_code for guess in range(12)]
    assert statuses == [401] * 10 + [429] * 2
    statuses = [(await ada.sign_in("bob", f"guess {guess}")).status_code for guess in range(7)]
    assert statuses == [401] * 5 + [429] * 2


async def test_the_present_password_cannot_be_guessed_from_an_open_session(front: Front) -> None:
    ada = await front.person(Role.ADMIN, "ada")
    said = {"password": "another long sentence", "again": "another long sentence"}
    statuses = [(await ada.send("/staff/account/password", old=f"guess {n}", **said)).status_code for n in range(12)]
    assert statuses == [422] * 10 + [429] * 2
    assert (await ada.send("/staff/account/password", old=PASSWORD, **said)).status_code == 429


async def test_it_passes_with_time(front: Front) -> None:
    await front.door.welcome("ada", Role.ADMIN)
    browser = front.browser()
    for guess in range(6):
        answer = await browser.sign_in("ada", f"guess {guess}")
    assert "Too many attempts from here" in words(answer)
    front.later(minutes=2)
    assert (await browser.sign_in("ada")).status_code == 303


async def test_the_log_knows_no_name_no_password_and_no_secret(front: Front, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    ada = await front.person(Role.ADMIN, "ada")
    await front.browser().sign_in("a-password-typed-as-name", "a wrong password")
    await ada.get("/staff/people")
    await front.client().get("/api/v1/audit", headers={"authorization": "Bearer sta_secret-of-a-token"})
    told = "\n".join(f"{record.getMessage()} {record.args} {record.exc_text}" for record in caplog.records)
    for secret in ("typed-as-name", "wrong password", PASSWORD, ada.secret, ada.csrf, "secret-of-a-token"):
        assert secret not in told
    assert "sign-in refused: Unauthorized from 192.0.2.7" in told
