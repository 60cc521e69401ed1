"""What each check kind wants of an address, a key and an id, and how a mistake in it is told."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from checks.registry import KINDS
from statuspage.config.load import load
from statuspage.core.settings import Settings
from statuspage.errors import ConfigurationError

DOC = (Path(__file__).parents[2] / "docs" / "kinds.md").read_text("utf-8")
TEXT = """\
providers:
  p: {{name: P, kind: {kind}, base_url: "{url}", credentials: {{everyone: {{{key}}}}}}}
models:
  m: {{offered: [{{provider: p, id: "{id}"}}]}}
"""


def loaded(folder: Path, kind: str, url: str, *, key: str = "key: k", model: str = "m-5") -> Settings:
    path = folder / "config.yaml"
    path.write_text(TEXT.format(kind=kind, url=url, key=key, id=model))
    return load(path, {}, kinds=KINDS)


@pytest.mark.parametrize(
    ("kind", "url"),
    [
        ("anthropic", "https://a.example"),
        ("azure", "https://name.openai.a.example"),
        ("azure", "https://name.openai.a.example/openai/v1"),
        ("bedrock", "https://bedrock-runtime.us-east-1.a.example"),
        ("gemini", "https://a.example"),
        ("http", "https://a.example"),
        ("ollama", "http://127.0.0.1:11434"),
        ("openai", "https://a.example/v1"),
        ("openai-responses", "https://a.example/v1"),
    ],
)
def test_the_documented_address_of_each_kind_is_right(tmp_path: Path, kind: str, url: str) -> None:
    assert loaded(tmp_path, kind, url).provider("p").base_url == url


@pytest.mark.parametrize(
    ("kind", "url", "problem", "better"),
    [
        (
            "gemini",
            "https://a.example/v1beta",
            "ends in /v1beta, which the kind gemini adds itself",
            "https://a.example",
        ),
        ("azure", "https://a.example/openai", "ends in /openai, which the kind azure adds itself", "https://a.example"),
        ("ollama", "http://a.example/api", "ends in /api, which the kind ollama adds itself", "http://a.example"),
        ("ollama", "http://a.example/api/chat", "ends in /api/chat", "the part before it: http://a.example"),
        ("anthropic", "https://a.example/v1/messages", "ends in /messages", "the part before it: https://a.example"),
        ("openai-responses", "https://a.example", "has no path", "https://a.example/v1"),
    ],
)
def test_another_address_is_told_with_the_right_one(
    tmp_path: Path, kind: str, url: str, problem: str, better: str
) -> None:
    with pytest.raises(ConfigurationError) as told:
        loaded(tmp_path, kind, url)
    assert problem in str(told.value)
    assert better in str(told.value)


@pytest.mark.parametrize(("kind", "wanted"), [("ollama", False), ("http", False), ("gemini", True), ("bedrock", True)])
def test_some_kinds_need_no_key(tmp_path: Path, kind: str, wanted: bool) -> None:
    if wanted:
        with pytest.raises(ConfigurationError, match="has no key"):
            loaded(tmp_path, kind, "https://a.example", key="")
    else:
        assert loaded(tmp_path, kind, "https://a.example", key="").provider("p").credentials


def test_every_kind_is_documented_with_an_example_that_loads(tmp_path: Path) -> None:
    rows = re.findall(r"^\| `([a-z-]+)` \| .* \|$", DOC.split("What holds for all")[0], re.MULTILINE)
    assert sorted(rows) == sorted(KINDS)
    for kind in KINDS:
        [example] = re.findall(rf"^## `{kind}`\n.*?```yaml\n(.*?)```", DOC, re.MULTILINE | re.DOTALL)
        path = tmp_path / f"{kind}.yaml"
        path.write_text(example)
        assert [provider.kind for provider in load(path, {"KEY": "k"}, kinds=KINDS).providers] == [kind]


def test_assertions_are_read_with_the_rest(tmp_path: Path) -> None:
    good = "health#status=200&json.a.0=ok"
    assert loaded(tmp_path, "http", "https://a.example", model=good).models[0].offered[0].id == good
    with pytest.raises(ConfigurationError, match='"stauts" cannot be asserted'):
        loaded(tmp_path, "http", "https://a.example", model="health#stauts=200")
    with pytest.raises(ConfigurationError, match="holds an assertion that cannot be read"):
        loaded(tmp_path, "http", "https://a.example", model="${ID:-health#stauts=200}")
    loaded(tmp_path, "gemini", "https://a.example", model="health#stauts=200")
