"""What holds for every kind of model API, over real HTTP: endings, silence, garbage, keys, limits and connections."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import AsyncIterator, Iterator

import pytest

from checks.check import Check
from checks.http import Fetcher
from checks.observation import Cause, Observation
from checks.registry import KINDS
from checks.target import Level, Target, Vantage
from tests.checks.hostile import Handler, hang, head_of, reset, response, saying, serve
from tests.checks.kinds.samples import SAMPLES, Sample, frame
from tests.checks.kinds.scripted import CREDENTIAL, NOW, Scripted, says, target

pytestmark = pytest.mark.parametrize("kind", SAMPLES)


@pytest.fixture
async def check(kind: str) -> AsyncIterator[Check]:
    async with Fetcher() as fetcher:
        yield KINDS[kind](fetcher, Vantage("here"), lambda: NOW)


@pytest.fixture
def sample(kind: str) -> Sample:
    return SAMPLES[kind]


async def ask(check: Check, handler: Handler, sample: Sample, **changes: object) -> Observation:
    async with serve(handler) as url:
        return await check.ask(target(url, sample.model, **changes), Level.ANSWERS)


def numbers(content: object) -> Iterator[int]:
    """Every number in a document."""
    if isinstance(content, dict):
        for value in content.values():
            yield from numbers(value)
    elif isinstance(content, int) and not isinstance(content, bool):
        yield content


def pieces(*parts: bytes, pause: float = 0.05) -> Handler:
    """Writes one part after another and then never closes."""

    async def write(writer: asyncio.StreamWriter) -> None:
        for part in parts:
            await asyncio.sleep(pause)
            writer.write(part)
            await writer.drain()
        await hang(writer)

    return saying(b"", then=write)


async def test_an_answer_is_an_answer(check: Check, sample: Sample) -> None:
    observation = await ask(check, Scripted([sample.whole]), sample)
    assert (observation.cause, observation.evidence.rule) == (Cause.OK, "output.ok")
    assert observation.timings.first_token is not None


async def test_a_stream_that_ends_but_never_closes_is_an_answer(check: Check, sample: Sample) -> None:
    observation = await ask(check, saying(sample.open_ended + sample.body, then=hang), sample, timeout=2.0)
    assert observation.cause is Cause.OK
    assert observation.timings.total < 1.0


async def test_a_stream_that_is_cut_after_its_end_is_an_answer(check: Check, sample: Sample) -> None:
    cut = sample.open_ended.replace(b"\r\n\r\n", b"\r\ncontent-length: 99999\r\n\r\n") + sample.body
    assert (await ask(check, saying(cut, then=reset), sample)).cause is Cause.OK


async def test_a_stream_that_stops_before_its_end_is_a_timeout(check: Check, sample: Sample) -> None:
    handler = saying(sample.open_ended + sample.before + sample.content, then=hang)
    assert (await ask(check, handler, sample, timeout=0.3)).cause is Cause.TIMEOUT


async def test_a_stream_that_closes_before_any_content_is_no_answer(check: Check, sample: Sample) -> None:
    hollow = await ask(check, saying(sample.open_ended + sample.before), sample)
    assert (hollow.cause, hollow.evidence.rule) == (Cause.SERVER_ERROR, "stream.broken-off")
    silent = await ask(check, saying(sample.open_ended + sample.before + sample.after), sample)
    assert silent.cause is Cause.OK, "a model may think in silence"
    cut_late = await ask(check, saying(sample.open_ended + sample.before + sample.content.rstrip()), sample)
    assert cut_late.cause is Cause.OK


async def test_the_first_token_is_the_first_that_is_not_empty(check: Check, sample: Sample) -> None:
    handler = pieces(sample.open_ended, sample.before, sample.content[:9], sample.content[9:], sample.after)
    timings = (await ask(check, handler, sample)).timings
    assert timings.first_byte is not None
    assert timings.first_token is not None
    assert timings.first_byte + 0.08 < timings.first_token < timings.total


async def test_a_finished_stream_leaves_its_connection_for_the_next_question(check: Check, sample: Sample) -> None:
    connections = 0

    async def count(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        await Scripted([sample.whole])(reader, writer)

    async with serve(count) as url:
        for _ in range(3):
            await check.ask(target(url, sample.model), Level.ANSWERS)
    assert connections == 1


async def test_the_key_is_in_a_header_and_nowhere_else(check: Check, sample: Sample) -> None:
    script = Scripted([sample.whole])
    observation = await ask(check, script, sample)
    [seen] = script.seen
    assert [value.removeprefix("Bearer ") for value in seen.headers.values() if CREDENTIAL.secret in value] == [
        CREDENTIAL.secret
    ]
    assert CREDENTIAL.secret not in seen.line + json.dumps(seen.body) + repr(observation)


async def test_without_a_credential_no_key_is_sent(check: Check, sample: Sample) -> None:
    script = Scripted([says({"error": {"message": "No auth credentials found"}}, status="401 Unauthorized")])
    observation = await ask(check, script, sample, credential=None)
    assert observation.cause is Cause.CREDENTIAL
    assert not {"authorization", "api-key", "x-api-key", "x-goog-api-key"} & set(script.seen[0].headers)


@pytest.mark.parametrize(("wanted", "sent"), [(1, 16), (20, 20), (32, 32)])
async def test_a_few_tokens_are_asked_for_and_never_fewer_than_16(
    check: Check, sample: Sample, wanted: int, sent: int
) -> None:
    script = Scripted([sample.whole])
    await ask(check, script, sample, max_tokens=wanted)
    assert sent in numbers(script.seen[0].body)


SETTINGS = {"temperature", "top_p", "topP", "top_k", "topK", "seed", "n", "stop", "frequency_penalty"}


async def test_nothing_is_set_that_a_family_may_refuse(check: Check, sample: Sample) -> None:
    script = Scripted([sample.whole])
    await ask(check, script, sample)
    sent = json.dumps(script.seen[0].body)
    assert not [name for name in SETTINGS if f'"{name}"' in sent]


async def test_how_fast_it_speaks_is_told_from_how_soon_it_begins(check: Check, sample: Sample) -> None:
    observation = await ask(check, Scripted([sample.whole]), sample)
    first, usage, speed = observation.timings.first_token, observation.usage, observation.tokens_per_second
    if first is None or usage is None or usage.output < 2:
        assert speed is None
    else:
        assert speed == pytest.approx((usage.output - 1) / (observation.timings.total - first))


async def test_each_question_has_a_nonce(check: Check, sample: Sample) -> None:
    script = Scripted([sample.whole])
    async with serve(script) as url:
        for _ in range(2):
            await check.ask(target(url, sample.model), Level.ANSWERS)
    first, second = (json.dumps(seen.body) for seen in script.seen)
    assert "Reply with the single word OK." in first
    assert first != second


async def test_another_model_is_noticed(check: Check, sample: Sample, kind: str) -> None:
    observation = await ask(check, Scripted([sample.whole]), sample, provider_model_id="another-model-9")
    unnamed = kind in {"bedrock", "azure"}
    assert observation.cause is (Cause.OK if unnamed else Cause.SUBSTITUTED)


@pytest.mark.parametrize("status", ["500 Internal Server Error", "503 Service Unavailable", "429 Too Many Requests"])
async def test_nothing_is_tried_again(check: Check, sample: Sample, status: str) -> None:
    error = {"error": {"message": "stream_options max_tokens max_completion_tokens store thinking stream"}}
    script = Scripted([says(error, status=status), sample.whole])
    assert (await ask(check, script, sample)).cause is not Cause.OK
    assert len(script.seen) == 1


async def test_a_redirect_is_not_followed(check: Check, sample: Sample) -> None:
    async with serve(Scripted([sample.whole])) as elsewhere:
        script = Scripted([response(b"", f"location: {elsewhere}", status="307 Temporary Redirect")])
        assert (await ask(check, script, sample)).cause is not Cause.OK
    assert len(script.seen) == 1


HOSTILE = {
    "silence": saying(b""),
    "nothing": saying(response(b"")),
    "page": saying(response(b"<html><body>Welcome</body></html>", "content-type: text/html")),
    "noise": saying(response(bytes(range(256)) * 40)),
    "deep": saying(response(b"data: " + b"[" * 50_000 + b"\n\n")),
    "lines": saying(response(b"{}\n" * 30_000)),
    "short frames": saying(response(b"\x00\x00\x00\x10\x00\x00\x00\x00" * 20_000)),
    "long frame": saying(response(b"\x7f\xff\xff\xff" + b"\x00" * 200_000)),
    "bad frame": saying(response(frame("contentBlockDelta", {})[:-8] + b"{" * 8 + frame("messageStop", "x"))),
    "reset": saying(b"HTTP/1.1 200 OK\r\n", then=reset),
}


@pytest.mark.parametrize("name", HOSTILE)
async def test_nothing_hostile_is_an_answer_or_raises(check: Check, sample: Sample, name: str) -> None:
    observation = await ask(check, HOSTILE[name], sample)
    assert observation.cause in {Cause.SERVER_ERROR, Cause.NETWORK}


async def test_no_damage_to_a_stream_raises(check: Check, sample: Sample) -> None:
    chance = random.Random(11)

    async def damaged(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await head_of(reader)
        body = bytearray(sample.body)
        for _ in range(chance.randint(1, 5)):
            at = chance.randrange(len(body))
            body[at : at + chance.randint(0, 6)] = chance.randbytes(chance.randint(0, 4))
        writer.write(response(bytes(body), f"content-type: {sample.content_type}"))
        writer.write_eof()
        await reader.read()

    async with serve(damaged) as url:
        for _ in range(60):
            await check.ask(target(url, sample.model), Level.ANSWERS)


async def test_every_level_of_the_kind_can_be_asked(check: Check, sample: Sample, kind: str) -> None:
    async with serve(Scripted([says({"error": {"message": "Boom"}}, status="500 Internal Server Error")])) as url:
        asked: Target = target(url, sample.model)
        causes = {level: (await check.ask(asked, level)).cause for level in KINDS[kind].levels}
        for level in set(Level) - KINDS[kind].levels:
            with pytest.raises(ValueError, match=level):
                await check.ask(asked, level)
    assert set(causes.values()) == {Cause.SERVER_ERROR}
