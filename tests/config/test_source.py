"""Files that are no configuration at all: each gets one clear line."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from statuspage.config import load
from statuspage.errors import ConfigurationError
from tests.config.samples import RIGHT, load_text, messages

SHARED = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)

DEEP = "[" * 300_000 + "]" * 300_000
LAUGHS = "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 10)}]\n" for before, name in zip("abcdefg", "bcdefgh", strict=True)
)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"", "1:1: the file: is empty. Start from the config.yaml that was shipped"),
        (b"# nothing\n\n", "1:1: the file: is empty. Start from the config.yaml that was shipped"),
        (b"~\n", "1:1: the file: is empty. Give it a value, or delete the key"),
        (b"hello\n", "1:1: the file: must be a mapping of keys and values. Write {site: …} with any of"),
        (b"- a\n", "1:1: the file: must be a mapping of keys and values. Write {site: …} with any of"),
        (b"a: b\n\xff\xfe", "2:1: the file: is not UTF-8 text. Save the file as UTF-8"),
        (b"SQLite format 3\0", "1:16: the file: holds the control character U+0000. Delete it"),
        (b"site:\n\x1b[31m", "2:1: the file: holds the control character U+001B. Delete it"),
        (b"#" * 1_100_000, "1:1: the file: is larger than 1 MiB. Name the configuration file itself"),
        (DEEP.encode(), "1:26: the file[0]"),
        (LAUGHS.encode(), "5:36: e[7]: makes the file too large. Use fewer aliases (*name)"),
        (b"a: &a [*a]\n", "1:8: a[0]: is an alias (*) of nothing above it. Name an anchor (&) above"),
        (b"a: b: c\n", "1:5: the file: has a second colon, or a line that is indented too far. Quote a value"),
        (b"site:\n\tname: x\n", "2:1: the file: is indented with a tab. Indent with spaces"),
    ],
    ids=lambda value: str(value[:20]),
)
def test_no_configuration_at_all(text: bytes, said: str, tmp_path: Path) -> None:
    assert any(message.startswith(said) for message in messages(tmp_path, text))


@pytest.mark.parametrize("text", ["\ufeff" + RIGHT, RIGHT.replace("\n", "\r\n"), "---\n" + RIGHT, RIGHT + "...\n"])
def test_harmless_differences(text: str, tmp_path: Path) -> None:
    assert load_text(tmp_path, text) == load_text(tmp_path, RIGHT)


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"none\.yaml:1:1: the file: does not exist\. Name an existing file"):
        load(tmp_path / "none.yaml", {})


def test_a_directory(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="is a directory"):
        load(tmp_path, {})


@pytest.mark.parametrize("name", ["with\0nul", "x" * 5000])
def test_a_name_that_no_file_can_have(name: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot be read"):
        load(tmp_path / name, {})


def attempt(folder: Path, text: str | bytes) -> None:
    """Any text is either a configuration or has mistakes that can be told."""
    for message in messages(folder, text):
        line, column, rest = message.split(":", 2)
        assert int(line) >= 1
        assert int(column) >= 1
        assert ". " in rest


@SHARED
@given(st.binary(max_size=300))
def test_arbitrary_bytes(tmp_path: Path, data: bytes) -> None:
    attempt(tmp_path, data)


@SHARED
@given(st.text(alphabet=st.sampled_from("abk:-?&*!|>'\"%@`{}[], #~\n\t $0.<é☃"), max_size=200))
def test_arbitrary_yaml_signs(tmp_path: Path, text: str) -> None:
    attempt(tmp_path, text)


@SHARED
@given(st.data())
def test_the_right_configuration_with_anything_put_in(tmp_path: Path, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(RIGHT)))
    end = data.draw(st.integers(start, min(len(RIGHT), start + 40)))
    put_in = data.draw(st.one_of(st.text(max_size=12), st.sampled_from(["~", "[]", "{}", "''", "[[x]]", "{a: b}"])))
    attempt(tmp_path, (RIGHT[:start] + put_in + RIGHT[end:]).encode("utf-8", "surrogatepass"))


@SHARED
@given(st.data())
def test_any_value_replaced_by_anything(tmp_path: Path, data: st.DataObject) -> None:
    lines = [line for line in RIGHT.splitlines() if ": " in line]
    line = data.draw(st.sampled_from(lines))
    value = data.draw(
        st.one_of(st.text(max_size=20).map(repr), st.sampled_from(["", "~", "[]", "{}", "[~]", "{~: ~}"]))
    )
    attempt(tmp_path, RIGHT.replace(line, f"{line.split(': ')[0]}: {value}").encode("utf-8", "replace"))
