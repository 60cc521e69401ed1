"""Each mistake in ``mistakes.txt``: lines taken out (-) and put in (+), and what is said of it (!), word by word."""

from __future__ import annotations

from pathlib import Path

import pytest

from statuspage.errors import ConfigurationError
from tests.config.samples import RIGHT, load_text, messages

BLOCKS = Path(__file__).with_name("mistakes.txt").read_text("utf-8").rstrip("\n").split("\n\n")


def part(block: str, sign: str) -> str:
    return "".join(f"{line[1:]}\n" for line in block.splitlines() if line.startswith(sign))


def wrong_text(block: str) -> str:
    old = part(block, "-")
    assert RIGHT.count(old) == 1
    return RIGHT.replace(old, part(block, "+"))


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: part(block, "+").strip()[:50] or "taken out")
def test_a_mistake_is_told_with_its_line_and_remedy(block: str, tmp_path: Path) -> None:
    said = messages(tmp_path, wrong_text(block))
    assert said == [line.strip() for line in part(block, "!").splitlines()]


def test_there_are_many_different_mistakes() -> None:
    assert len(BLOCKS) >= 90
    assert all(part(block, "!") for block in BLOCKS)


def test_the_right_configuration_has_none(tmp_path: Path) -> None:
    assert messages(tmp_path, RIGHT) == []


def test_all_mistakes_are_told_at_once_in_the_order_of_the_file(tmp_path: Path) -> None:
    blocks = [block for block in BLOCKS if "the file:" not in block]
    wrong = RIGHT
    for block in blocks:
        if wrong.count(part(block, "-")) == 1:
            wrong = wrong.replace(part(block, "-"), part(block, "+"))
    said = messages(tmp_path, wrong)
    spots = [tuple(int(number) for number in message.split(":")[:2]) for message in said]
    assert len(said) > 20
    assert spots == sorted(spots)


def test_a_mistake_knows_its_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as caught:
        load_text(tmp_path, "site: {}\n")
    assert {mistake.file for mistake in caught.value.mistakes} == {str(tmp_path / "config.yaml")}
    assert [mistake.place for mistake in caught.value.mistakes] == ["providers", "models"]
