"""References to the environment and to files, and the promise that secrets are never said."""

from __future__ import annotations

from pathlib import Path

import pytest

from statuspage.core.settings import Settings
from tests.config.samples import KEY, RIGHT, changed, load_text, messages


def vendor_key(settings: Settings) -> str:
    return settings.provider("vendor").credentials["staff"].credential.secret


@pytest.mark.parametrize(
    ("written", "environ", "meant"),
    [
        ("${VENDOR}", {"VENDOR": "sk-1"}, "sk-1"),
        ('"${VENDOR}"', {"VENDOR": "sk-1"}, "sk-1"),
        ("${VENDOR:-sk-d}", {"VENDOR": "sk-1"}, "sk-1"),
        ("${VENDOR:-sk-d}", {"VENDOR": ""}, "sk-d"),
        ("${VENDOR:-a,b}", {}, "a,b"),
        ("${VENDOR:-[x]:#}", {}, "[x]:#"),
        ("sk-${A}-${B}", {"A": "1", "B": "2"}, "sk-1-2"),
        ("${A}", {"A": "${B}", "B": "no"}, "${B}"),
        ("${A}", {"A": "file:x"}, "file:x"),
        ('"$${A}"', {"A": "no"}, "${A}"),
        ("012345", {}, "012345"),
        ("true", {}, "true"),
    ],
)
def test_the_environment(written: str, environ: dict[str, str], meant: str, tmp_path: Path) -> None:
    assert vendor_key(load_text(tmp_path, changed(KEY, written), environ)) == meant


@pytest.mark.parametrize("name", ["vendor.key", "${FOLDER}/../vendor.key"])
def test_a_file_beside_the_configuration(name: str, tmp_path: Path) -> None:
    (tmp_path / "keys").mkdir()
    (tmp_path / "vendor.key").write_text("sk-from-file\r\n")
    settings = load_text(tmp_path, changed(KEY, f'"file:{name}"'), {"FOLDER": "keys"})
    assert vendor_key(settings) == "sk-from-file"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "the file vendor.key is empty. Put the value into it, on one line"),
        (b"\xff\xff", "the file vendor.key is not UTF-8 text. Put the value into it, on one line"),
        (b"x" * 70_000, "the file vendor.key is larger than 64 KiB. Name a file that holds one value"),
        (b"two\nlines", "is empty or holds a space, a line break or a character that no key has. Copy the key again"),
    ],
)
def test_a_file_that_cannot_be_a_key(content: bytes, said: str, tmp_path: Path) -> None:
    (tmp_path / "vendor.key").write_bytes(content)
    assert messages(tmp_path, changed(KEY, "file:vendor.key")) == [
        f"21:20: providers.vendor.credentials.staff.key: {said}"
    ]


@pytest.mark.parametrize(
    ("environ", "problem"),
    [({}, "VENDOR is not set"), ({"VENDOR": ""}, "VENDOR is empty"), ({"VENDOR": "\udcff"}, "VENDOR is not UTF-8")],
)
def test_a_variable_that_leads_nowhere(environ: dict[str, str], problem: str, tmp_path: Path) -> None:
    (said,) = messages(tmp_path, changed(KEY, "${VENDOR}"), environ)
    assert problem in said


def test_a_number_from_the_environment(tmp_path: Path) -> None:
    settings = load_text(tmp_path, changed("refresh: 60s", "refresh: ${REFRESH}"), {"REFRESH": "5m"})
    assert settings.site.refresh.total_seconds() == 300


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("refresh: 60s", "refresh: ${SECRET}"),
        ("name: Our models", 'name: "${SECRET}\\x07"'),
        ("https://api.vendor.example/", "${SECRET}"),
        ("https://api.vendor.example/", "https://u:${SECRET}@vendor.example"),
        ("https://gate.example/v1", "https://${SECRET}.example"),
        ("kind: anthropic", "kind: ${SECRET}"),
        ("successor: small", "successor: ${SECRET}"),
        ("country: DE", "country: ${SECRET}"),
        ("[10.0.0.0/8]", '["${SECRET}"]'),
        ("600/min", "${SECRET}"),
        ("key: " + KEY, 'key: "${SECRET} x"'),
        ("key: " + KEY, "key: file:${SECRET}"),
        ("url: sqlite:///data/statuspage.db", "url: ${SECRET}"),
        ("http://proxy.example:3128", "http://u:${SECRET}@proxy.example"),
        ("smtp: null", "heartbeat_url: ${SECRET}"),
        ("smtp: null", "chat: ['slack://${SECRET}']"),
        ("smtp: null", "chat: [{url: '${SECRET}://x', name: '${SECRET}'}]"),
        ("smtp: null", "smtp: {host: a.example, sender: a@b.example, password: '${SECRET} x'}"),
        ("staff: {key: sk-gate}", "staff: ${SECRET}"),
        ("action: Keep data", 'action: "${SECRET}\\n"'),
        ("by: admin", "by: ${SECRET}"),
    ],
)
@pytest.mark.parametrize("secret", ["hunter2.secret-word", "127.0.0.9", "anthropi", "Zz"])
def test_no_message_says_what_a_variable_holds(old: str, new: str, secret: str, tmp_path: Path) -> None:
    said = "\n".join(messages(tmp_path, changed(old, new), {"SECRET": secret}))
    assert secret not in said.replace("kind anthropic", "").replace("Did you mean anthropic", "")


@pytest.mark.parametrize(
    "new", ["postgres://u:hunter2@h/d", "mysql://u:hunter2@h/d", "postgresql://u:hunter2@h:x/d", "hunter2"]
)
def test_no_message_says_a_password_of_the_store(new: str, tmp_path: Path) -> None:
    (said,) = messages(tmp_path, changed("sqlite:///data/statuspage.db", new))
    assert "hunter2" not in said


def test_no_repr_says_a_secret(tmp_path: Path) -> None:
    right = changed("sqlite:///data/statuspage.db", "postgresql://u:hunter2@h/d")
    outlets = ["chat: ['json://u:hunter2@h']", "staff_alerts: ['json://hunter2']"]
    outlets.append("smtp: {host: h, sender: a@b.example, password: hunter2}")
    right = right.replace("  smtp: null", "".join(f"  {one}\n" for one in outlets).rstrip())
    settings = load_text(tmp_path, right)
    assert settings.store_url == "postgresql://u:hunter2@h/d"
    assert vendor_key(settings) == KEY
    for secret in (KEY, "hunter2", "sk-abroad"):
        assert secret not in repr(settings)


def test_the_cause_of_an_error_says_no_secret(tmp_path: Path) -> None:
    with pytest.raises(Exception, match="refresh") as caught:
        load_text(tmp_path, RIGHT.replace("refresh: 60s", "refresh: x"))
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None
