"""The key: where it comes from, who may read it, and what is said when it is the wrong one."""

from __future__ import annotations

import base64
import os
import stat
from pathlib import Path

import pytest
from sqlalchemy import text

from statuspage.errors import StoreError
from statuspage.store import engine
from statuspage.store.database import Database, open_store
from statuspage.store.secrets import KEY, KEY_FILE, KeyRing, Sealed, Unopened, default_path, key_ring
from tests.store.cast import subscribe, subscription

OURS, OTHER = bytes(range(32)), bytes(32)


def written(key: bytes) -> str:
    return base64.b64encode(key).decode()


def test_a_secret_opens_only_for_its_owner_and_unchanged() -> None:
    ring = KeyRing.of(OURS)
    sealed = ring.seal(b"secret", "sub_1")
    assert ring.open(sealed, "sub_1") == b"secret"
    assert b"secret" not in sealed.data
    assert ring.seal(b"secret", "sub_1") != sealed
    turned = sealed.data[:-1] + bytes([sealed.data[-1] ^ 1])
    for forged, owner in ((sealed, "sub_2"), (Sealed(sealed.key_id, turned), "sub_1")):
        with pytest.raises(Unopened, match="was changed"):
            ring.open(forged, owner)


def test_the_first_key_seals_and_every_key_opens() -> None:
    old = KeyRing.of(OTHER).seal(b"secret", "sub_1")
    ring = KeyRing.of(OURS, OTHER)
    assert ring.open(old, "sub_1") == b"secret"
    assert ring.seal(b"secret", "sub_1").key_id != old.key_id


def test_a_ring_does_not_show_its_keys() -> None:
    assert "x00" not in repr(KeyRing.of(OTHER))


def test_the_environment_comes_first_then_the_named_file_then_the_one_beside_the_database(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/statuspage.db"
    named = tmp_path / "named"
    named.write_text(written(OURS) + "\n" + written(OTHER))
    assert key_ring(url, {}).keys == {}
    assert key_ring(url, {KEY_FILE: str(named)}).keys == KeyRing.of(OURS, OTHER).keys
    assert key_ring(url, {KEY_FILE: str(named), KEY: written(OTHER)}).keys == KeyRing.of(OTHER).keys
    assert default_path(url) == tmp_path / "statuspage.db.key"
    assert default_path("postgresql://x/y") == Path("data/statuspage.key")


@pytest.mark.parametrize("given", ["", "short", written(b"too short"), "£"])
def test_what_is_no_key(tmp_path: Path, given: str) -> None:
    (tmp_path / "key").write_text(given)
    with pytest.raises(StoreError, match=r"holds no key|cannot be read"):
        key_ring("sqlite:///x.db", {KEY_FILE: str(tmp_path / "key")})


def test_a_named_file_that_is_missing(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot be read"):
        key_ring("sqlite:///x.db", {KEY_FILE: str(tmp_path / "missing")})


@pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
async def test_a_key_is_made_once_and_privately(store_url: str, tmp_path: Path) -> None:
    path = tmp_path / "statuspage.db.key"
    mask = os.umask(0)
    try:
        rings = [key_ring(store_url, {}), key_ring(store_url, {})]
        for ring in rings:
            await (await open_store(store_url, key=ring)).close()
    finally:
        os.umask(mask)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert rings[0].keys == rings[1].keys == key_ring(store_url, {}).keys
    assert [name for name in os.listdir(tmp_path) if "key" in name] == [path.name]


async def test_the_wrong_key_is_named_when_the_store_is_opened(store: Database, store_url: str) -> None:
    await subscribe(store, subscription())
    with pytest.raises(StoreError, match=f"encrypted with key .*{KEY}"):
        await open_store(store_url, key=KeyRing.of(OTHER))


async def test_a_lost_key_is_not_replaced_by_a_new_one(store: Database, store_url: str, tmp_path: Path) -> None:
    await subscribe(store, subscription())
    path = tmp_path / "lost.key"
    with pytest.raises(StoreError, match="put the right key file back"):
        await open_store(store_url, key=KeyRing(path))
    assert not path.exists()


async def test_no_secret_is_kept_in_clear(store: Database, store_url: str) -> None:
    one = subscription()
    async with store.writing() as writer:
        await writer.add_subscription(one, b"-a very secret secret-", None)
    using = engine.engine(store_url)
    async with using.begin() as connection:
        rows = (await connection.execute(text("SELECT * FROM secret"))).all()
    await using.dispose()
    assert b"very secret" not in b"".join(bytes(value) for row in rows for value in row if isinstance(value, bytes))


async def test_without_a_key_nothing_is_kept(store_url: str) -> None:
    store = await open_store(store_url, key=KeyRing())
    with pytest.raises(StoreError, match="no key"):
        await subscribe(store, subscription())
    async with store.reading() as reader:
        assert await reader.subscriptions() == []
    await store.close()
