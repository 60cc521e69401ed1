"""Frozen dataclasses as JSON documents: written strictly, validated whenever they are read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Generic, TypeVar

import orjson
from pydantic import TypeAdapter, ValidationError
from pydantic_core import PydanticSerializationError

from checks.observation import Observation
from statuspage.core.audit import Deed
from statuspage.core.cell import CellState, Transition
from statuspage.core.delivery import Outcome
from statuspage.core.event import EventDraft
from statuspage.core.letter import Letter
from statuspage.core.subscription import Subscription
from statuspage.errors import StoreDamaged, StoreError

T = TypeVar("T")


class Codec(Generic[T]):
    """Turns values of one type into JSON text and back."""

    def __init__(self, kind: type[T]) -> None:
        self._name = kind.__name__
        self._adapter: TypeAdapter[T] = TypeAdapter(kind)

    def encode(self, value: T) -> str:
        """The document of a value; StoreError when it cannot be written."""
        try:
            return self._adapter.dump_json(value, warnings="error").decode()
        except PydanticSerializationError as error:
            raise StoreError(f"this {self._name} cannot be kept as a document: {error}") from error

    def decode(self, text: str) -> T:
        """The value of a document; StoreDamaged when it is not one."""
        try:
            return self._adapter.validate_json(text)
        except ValidationError as error:
            raise StoreDamaged(f"a stored {self._name} cannot be read: {error}") from error


def dump(document: Mapping[str, Any] | str) -> str:
    """Plain JSON data as text without control characters, which PostgreSQL would refuse."""
    try:
        return orjson.dumps(document).decode()
    except TypeError as error:
        raise StoreError(f"this document holds more than plain JSON data: {error}") from error


def load(text: str) -> Any:
    """Plain JSON data from text."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise StoreDamaged(f"a stored document cannot be read: {error}") from error


CELL_STATE = Codec(CellState)
TRANSITION = Codec(Transition)
OBSERVATION = Codec(Observation)
EVENT_DRAFT = Codec(EventDraft)
SUBSCRIPTION = Codec(Subscription)
OUTCOME = Codec(Outcome)
DEED = Codec(Deed)
LETTER = Codec(Letter)
