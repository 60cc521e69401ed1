"""Signing secrets at rest: AES-GCM under a key that lives beside the database, in a file or in the environment."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from statuspage.errors import StoreError
from statuspage.store.engine import sqlite_file

KEY_BYTES = 32
NONCE_BYTES = 12
KEY = "STATUSPAGE_KEY"
KEY_FILE = "STATUSPAGE_KEY_FILE"
ELSEWHERE = Path("data/statuspage.key")


class Unopened(StoreError):
    """A secret cannot be decrypted: its key is missing, or it was changed."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """An encrypted secret and the id of the key that opens it."""

    key_id: str
    data: bytes


@dataclass(slots=True)
class KeyRing:
    """The keys of an installation by id: the first seals, every one opens. ``path`` is where a first key is made."""

    path: Path | None = None
    keys: dict[str, bytes] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, *keys: bytes) -> KeyRing:
        """A ring of raw keys, the current one first."""
        return cls(None, {key_id(key): key for key in keys})

    def make(self) -> None:
        """Make the first key where there is none, with mode 0600; another process may come first."""
        if self.keys or self.path is None:
            return
        _write_once(self.path, base64.b64encode(os.urandom(KEY_BYTES)) + b"\n")
        self.keys.update(_read(self.path))

    def seal(self, secret: bytes, owner: str) -> Sealed:
        """Encrypt a secret so that it opens only for its owner."""
        if not self.keys:
            raise StoreError(f"there is no key to encrypt secrets with: set {KEY} or {KEY_FILE}")
        current, key = next(iter(self.keys.items()))
        nonce = os.urandom(NONCE_BYTES)
        return Sealed(current, nonce + AESGCM(key).encrypt(nonce, secret, owner.encode()))

    def open(self, sealed: Sealed, owner: str) -> bytes:
        """Decrypt an owner's secret."""
        key = self.keys.get(sealed.key_id)
        if key is None:
            raise Unopened(self.missing(sealed.key_id))
        nonce, text = sealed.data[:NONCE_BYTES], sealed.data[NONCE_BYTES:]
        try:
            return AESGCM(key).decrypt(nonce, text, owner.encode())
        except InvalidTag:
            raise Unopened(f"the secret of {owner} was changed in the database; rotate it") from None

    def derived(self, purpose: str) -> tuple[bytes, ...]:
        """Keys for another purpose, one of each key, the current one first."""
        return tuple(hmac.digest(key, b"statuspage " + purpose.encode(), "sha256") for key in self.keys.values())

    def missing(self, wanted: str) -> str:
        """What to say when a key is not on the ring."""
        where = f"put the right key file back at {self.path}" if self.path else f"set {KEY} to the right key"
        have = ", ".join(self.keys) or "none"
        return (
            f"the webhook secrets were encrypted with key {wanted}, but this installation has {have}: "
            f"{where}, or give it with {KEY} or {KEY_FILE}"
        )


def key_ring(url: str, environ: Mapping[str, str]) -> KeyRing:
    """The keys that belong to a store: from the environment, from the file that it names, or beside the database."""
    if given := environ.get(KEY):
        return KeyRing(None, _parse(given, KEY))
    if named := environ.get(KEY_FILE):
        path = Path(named)
        return KeyRing(path, _read(path))
    path = default_path(url)
    return KeyRing(path, _read(path) if path.exists() else {})


def default_path(url: str) -> Path:
    """Where the key of a store lives unless the environment says otherwise."""
    database = sqlite_file(url)
    return database.with_name(database.name + ".key") if database else ELSEWHERE


def key_id(key: bytes) -> str:
    """A short name of a key that gives nothing away."""
    return hashlib.sha256(b"statuspage key id" + key).hexdigest()[:8]


def _read(path: Path) -> dict[str, bytes]:
    try:
        return _parse(path.read_text("ascii"), str(path))
    except (OSError, UnicodeDecodeError) as error:
        raise StoreError(f"the key file {path} cannot be read: {error}") from error


def _parse(text: str, place: str) -> dict[str, bytes]:
    """Keys by id from base64 words, the current one first."""
    try:
        keys = [base64.b64decode(word, validate=True) for word in text.replace(",", " ").split()]
    except binascii.Error:
        keys = []
    if not keys or any(len(key) != KEY_BYTES for key in keys):
        raise StoreError(f"{place} holds no key: it should be base64 of {KEY_BYTES} random bytes")
    return {key_id(key): key for key in keys}


def _write_once(path: Path, content: bytes) -> None:
    """Write a private file whole or not at all, unless it is there already."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            return
        finally:
            draft.unlink()
    except OSError as error:
        raise StoreError(f"the key file {path} cannot be made: {error}") from error
