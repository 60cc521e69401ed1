"""Forms as browsers send them: read strictly, and only from pages of this site."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from starlette.exceptions import HTTPException
from starlette.requests import Request

from statuspage.web.bodies import body_of

LARGEST = 64 * 1024
MOST_FIELDS = 1000


@dataclass(frozen=True, slots=True)
class Form:
    """The fields of a form; one that is not there is empty."""

    fields: dict[str, list[str]]

    def one(self, name: str) -> str:
        """The first value of a field, without space around it."""
        return self.fields.get(name, [""])[0].strip()

    def many(self, name: str) -> list[str]:
        """Every value of a field."""
        return [one for one in self.fields.get(name, []) if one]


async def form_of(request: Request) -> Form:
    """The form in a request; 400 when another site sent it, 415 when it is none."""
    _require_own(request)
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/x-www-form-urlencoded":
        raise HTTPException(415, "send the form as a browser does")
    text = (await body_of(request, LARGEST, "form")).decode("utf-8", "replace")
    try:
        return Form(parse_qs(text, max_num_fields=MOST_FIELDS))
    except ValueError:
        raise HTTPException(413, f"the form must have at most {MOST_FIELDS} fields") from None


def _require_own(request: Request) -> None:
    """Nothing here rests on a cookie; this only keeps other sites from spending a reader's share of the limits."""
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin", "")
    if site in ("cross-site", "same-site") or (site is None and _foreign(origin, request)):
        raise HTTPException(400, "another site sent this form; open the page here and send it from there")


def _foreign(origin: str, request: Request) -> bool:
    return bool(origin) and urlsplit(origin).netloc != request.headers.get("host", "")
