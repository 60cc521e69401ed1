"""What a posted form of the staff area says."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qs

from starlette.requests import Request

from statuspage.web.bodies import body_of
from statuspage.web.staff.guard import LARGEST


@dataclass(frozen=True, slots=True)
class Fields:
    """The fields of a form, each with all that was said in it."""

    said: dict[str, list[str]]

    def one(self, name: str, most: int = 200) -> str:
        """The last value of a field, empty where there is none."""
        return self.said.get(name, [""])[-1][:most]

    def many(self, name: str) -> tuple[str, ...]:
        """Every value of a field."""
        return tuple(self.said.get(name, ()))


async def fields_of(request: Request) -> Fields:
    """The fields of the form that was posted; the guard has bounded it."""
    body = await body_of(request, LARGEST, "form")
    return Fields(parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=2000))
