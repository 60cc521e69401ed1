"""What the text of one value means: durations, rates, shares, addresses; each failure says what would be right."""

from __future__ import annotations

import ipaddress
import logging
import math
import re
from collections.abc import Callable, Iterable
from datetime import timedelta
from difflib import get_close_matches
from typing import TypeVar
from urllib.parse import SplitResult, urlsplit
from zoneinfo import ZoneInfo, available_timezones

from pydantic import PlainValidator
from pydantic_core import PydanticCustomError

from statuspage.config.report import suggestion
from statuspage.core.channel import is_address

T = TypeVar("T")

SHORTEST = timedelta(milliseconds=100)
LONGEST = timedelta(days=3650)

_UNITS = {
    "ms": timedelta(milliseconds=1),
    "s": timedelta(seconds=1),
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
}
_PER_MINUTE = {"s": 60.0, "min": 1.0, "h": 1 / 60}
_QUANTITY = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,6})?)\s*([A-Za-z]*)")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,11})(?:\.[0-9]{1,9})?")
_RATE = re.compile(r"([1-9][0-9]{0,8})/(s|min|h)")
_SLUG = re.compile(r"[a-z0-9]+(?:[-.][a-z0-9]+)*")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


def wrong(problem: str, remedy: str) -> PydanticCustomError:
    """A value that cannot be meant; the problem reads on after the value: ``"5x" is not a duration``."""
    return PydanticCustomError("wrong", "{problem}", {"problem": problem, "remedy": remedy})


def scalar(parse: Callable[[str], T], example: str) -> PlainValidator:
    """A validator of one text value, with an example of a right one."""

    def validate(value: object) -> T:
        if isinstance(value, str):
            return parse(value)
        if value is None:
            raise wrong("is empty", f"Write {example}, or delete the key")
        raise wrong("is a list or a mapping where one value belongs", f"Write {example}")

    return PlainValidator(validate)


def duration(text: str) -> timedelta:
    """``500ms``, ``60s``, ``5m``, ``24h``, ``30d``."""
    found = _QUANTITY.fullmatch(text)
    unit = _unit(found.group(2)) if found else ""
    if found is None or (found.group(2) and not unit):
        raise wrong("is not a duration", "Write a number and its unit ms, s, m, h or d, for example 60s")
    if unit != found.group(2) or " " in text:
        raise wrong("is not a duration", f"Write {found.group(1)}{unit}")
    if not unit:
        raise wrong("has no unit", f"Write {text}s for seconds, {text}m for minutes")
    length = min(float(found.group(1)) * _UNITS[unit].total_seconds(), LONGEST.total_seconds() + 1)
    if not 0 <= length <= LONGEST.total_seconds():
        raise wrong("is too long", "Write at most 3650d")
    return timedelta(seconds=length)


def _unit(word: str) -> str:
    """The unit that a word means: ``minutes`` is ``m``; empty when it means none."""
    lower = word.lower()
    if lower in _UNITS:
        return lower
    long = {"ms": "milliseconds", "s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
    spelled = {"msec": "ms", "hr": "h", "hrs": "h", "mins": "m", "secs": "s"}
    close = (unit for unit, name in long.items() if len(lower) >= 3 and name.startswith(lower))
    return spelled.get(lower) or next(close, "")


def interval(text: str) -> timedelta:
    """A duration that something can repeat after."""
    length = duration(text)
    if length < SHORTEST:
        raise wrong("is too short", "Write 100ms or more")
    return length


def whole(least: int, most: int) -> Callable[[str], int]:
    """A parser of whole numbers in a range."""

    def parse(text: str) -> int:
        value = number(text)
        if value != int(value) or not least <= value <= most:
            raise wrong("is out of range", f"Write a whole number from {least} to {most}")
        return int(value)

    return parse


def number(text: str) -> float:
    """A plain decimal number."""
    if not _NUMBER.fullmatch(text):
        raise wrong("is not a number", "Write digits only, for example 20 or 2.5")
    return float(text)


def money(text: str) -> float:
    """US dollars."""
    if text.lstrip("$ ") != text or text.upper().endswith("USD"):
        raise wrong("is not a plain amount", "Write the number alone, in US dollars, for example 20")
    amount = number(text)
    if amount < 0 or not math.isfinite(amount):
        raise wrong("is below zero", "Write 0 or more")
    return amount


def factor(text: str) -> float:
    """A number above one."""
    value = number(text)
    if value <= 1:
        raise wrong("is not above 1", "Write a factor such as 3")
    return value


def share(text: str) -> float:
    """``10%`` as 0.10."""
    if not text.endswith("%"):
        raise wrong("is not a percentage", "Write a number with a percent sign, for example 10%")
    percent = number(text.removesuffix("%").rstrip())
    if not 0 <= percent <= 100:
        raise wrong("is out of range", "Write 0% to 100%")
    return percent / 100


def rate(text: str) -> int:
    """``600/min``, ``10/s``, ``1000/h`` as whole requests a minute."""
    found = _RATE.fullmatch(text)
    if found is None:
        raise wrong("is not a rate", "Write requests by time, for example 600/min, 10/s or 1000/h")
    per_minute = int(float(found.group(1)) * _PER_MINUTE[found.group(2)])
    if per_minute < 1:
        raise wrong("is less than one request a minute", "Write 60/h or more")
    return per_minute


def truth(text: str) -> bool:
    """``true`` or ``false``, and no other word."""
    if text not in {"true", "false"}:
        meant = {"yes": "true", "on": "true", "no": "false", "off": "false"}.get(text.lower(), text.lower())
        raise wrong("is not true or false", f"Write {meant}" if meant in {"true", "false"} else "Write true or false")
    return text == "true"


def one_of(words: Iterable[str]) -> Callable[[str], str]:
    """A parser of words from a closed list."""
    known = list(words)

    def parse(text: str) -> str:
        if text not in known:
            raise wrong("is not one of the words that belong here", suggestion(text, known))
        return text

    return parse


def line(text: str) -> str:
    """One line of text."""
    if not text.strip():
        raise wrong("is empty", "Write some text, or delete the key")
    if "\n" in text or len(text) > 300:
        raise wrong("is more than one line of text", "Write one line of at most 300 characters")
    return prose(text)


def prose(text: str) -> str:
    """Text of any length."""
    if _CONTROL.search(text):
        raise wrong("holds a control character", "Delete it; check for \\x, \\0 and the like")
    return text.strip()


def word(text: str) -> str:
    """Text without spaces, as ids and patterns are."""
    if not text or any(char.isspace() for char in text):
        raise wrong("is empty or holds a space", "Write one word, exactly as the provider does")
    return line(text)


def slug(text: str) -> str:
    """An id that can stand in an address for ever."""
    if not _SLUG.fullmatch(text) or len(text) > 64:
        better = re.sub(r"[^a-z0-9.]+", "-", text.lower()).strip("-.")[:64].strip("-.")
        remedy = "Write small letters, digits, - and . only" + (f", for example {better}" if better else "")
        raise wrong("cannot be an id", remedy)
    return text


def secret(text: str) -> str:
    """A key as it goes into an HTTP header."""
    if not text or not text.isascii() or not text.isprintable() or " " in text:
        raise wrong("is empty or holds a space, a line break or a character that no key has", "Copy the key again")
    return text


def country(text: str) -> str:
    """A country by its two letters."""
    if not re.fullmatch(r"[A-Z]{2}", text):
        short = text.upper() if re.fullmatch(r"[A-Za-z]{2}", text) else "DE"
        raise wrong("is not a country code", f"Write two capital letters (ISO 3166), for example {short}")
    return text


def time_zone(text: str) -> str:
    """A time zone of the IANA list."""
    try:
        ZoneInfo(text)
    except (KeyError, ValueError, OSError):
        close = get_close_matches(text[:100], available_timezones(), n=1)
        remedy = f"Did you mean {close[0]}?" if close else "Write one of the IANA list, for example Europe/Berlin"
        raise wrong("is not a time zone", remedy) from None
    return text


def network(text: str) -> str:
    """A network in CIDR notation."""
    try:
        return str(ipaddress.ip_network(text))
    except ValueError:
        try:
            better = str(ipaddress.ip_network(text, strict=False))
        except ValueError:
            better = "10.0.0.0/8"
        raise wrong("is not a network", f"Write it in CIDR notation: {better}") from None


def url(text: str) -> str:
    """An http or https address, without its trailing slash."""
    parts = _split(text)
    if parts is None or parts.scheme not in {"http", "https"} or not parts.hostname:
        bare = bool(re.fullmatch(r"[a-z0-9-]+(\.[a-z0-9-]+)+(:\d+)?(/\S*)?", text))
        raise wrong("is not an http or https address", f"Write https://{text if bare else 'HOST'}")
    if parts.username is not None or parts.password is not None:
        raise wrong("holds a user or a password, which would be shown", "Write the address without them")
    return text.rstrip("/")


def bare_url(text: str) -> str:
    """An address that others are put together from: it has no query and no fragment."""
    if "?" in text or "#" in text:
        raise wrong("has a query or a fragment, but paths are added to it", "Write it up to the ? or #")
    return url(text)


def egress(text: str) -> str:
    """``direct``, or the address of an HTTP proxy."""
    if text == "direct":
        return text
    if text.lower().startswith("socks"):
        raise wrong("is a SOCKS proxy, which is not supported", "Name an HTTP proxy: http://HOST:PORT")
    parts = _split(text)
    if parts is None or parts.scheme not in {"http", "https"} or not parts.hostname:
        raise wrong("is neither direct nor a proxy's address", "Write direct, or http://HOST:PORT")
    return url(text)


def store_url(text: str) -> str:
    """``sqlite:///FILE`` or ``postgresql://…``."""
    if text.startswith("postgres://"):
        raise wrong("begins with postgres://", "Write postgresql://")
    if re.fullmatch(r"sqlite:///[^?#\s][^?#\n]*", text) and not text.endswith(":memory:"):
        return text
    parts = _split(text)
    if parts is not None and parts.scheme == "postgresql" and parts.path.strip("/"):
        return text
    raise wrong("is not a database", "Write sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME")


def channel(text: str) -> str:
    """An address that Apprise knows."""
    if not text.isprintable() or any(char.isspace() for char in text):
        raise wrong("holds a space or a line break", "Copy the address again")
    if not _known_to_apprise(text):
        remedy = "Write it as Apprise does, for example slack://TOKEN_A/TOKEN_B/TOKEN_C or mailto://USER:PASSWORD@HOST"
        raise wrong("is no address that Apprise knows", remedy)
    return text


def _known_to_apprise(text: str) -> bool:
    import apprise  # only where a channel is configured: it takes a while

    log = logging.getLogger("apprise")
    quiet, log.disabled = log.disabled, True
    try:
        return isinstance(apprise.Apprise.instantiate(text, suppress_exceptions=True), apprise.NotifyBase)
    finally:
        log.disabled = quiet


def host(text: str) -> str:
    """The name or address of a server."""
    if not re.fullmatch(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?|[0-9a-f:]+", text):
        raise wrong("is not the name of a server", "Write the name alone, for example smtp.example.org")
    return text


def address(text: str) -> str:
    """An e-mail address."""
    if not is_address(text):
        raise wrong("is not an e-mail address", "Write it alone, for example status@example.org")
    return text


def _split(text: str) -> SplitResult | None:
    if any(char.isspace() or not char.isprintable() for char in text):
        return None
    try:
        parts = urlsplit(text)
        return parts if parts.port != 0 else None
    except ValueError:
        return None
