"""The problems that the API answers with: the anchor of each, its title, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One type of problem; ``name`` is the fragment in which its ``type`` ends."""

    status: int
    name: str
    title: str
    advice: str


PROBLEMS = (
    Problem(400, "bad-request", "The request cannot be read", "Mend the request."),
    Problem(401, "unauthorized", "A token is needed", "Send Authorization: Bearer and the token that you were given."),
    Problem(403, "forbidden", "You may not do that", "The detail says which role or scope it takes: ask an admin."),
    Problem(404, "not-found", "There is nothing here", "There is no such path, or nothing of that name."),
    Problem(405, "method-not-allowed", "This method is not allowed here", "The header Allow says which is."),
    Problem(408, "timeout", "The request did not come in time", "Send it at once."),
    Problem(409, "conflict", "It does not fit what is there now", "Load it again, then decide."),
    Problem(413, "too-large", "The request is too large", "Send less."),
    Problem(415, "unsupported-media-type", "The body must be JSON", "Send it with content-type: application/json."),
    Problem(
        422,
        "invalid",
        "The request cannot be meant that way",
        "The detail says what would be right: a misspelt parameter, an unknown word, a time that is none.",
    ),
    Problem(429, "too-many-requests", "Too many requests", "Wait as many seconds as Retry-After says."),
    Problem(
        500,
        "internal",
        "Something went wrong on our side",
        "It is in our log. Come back later, and keep what you have.",
    ),
    Problem(503, "unavailable", "This cannot be done just now", "Published pages are still served. Come back later."),
)
