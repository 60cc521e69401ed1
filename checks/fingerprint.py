"""One short hash for an error text whatever its numbers, ids and model names: an unknown sentence is news for staff."""

from __future__ import annotations

import hashlib
import re

LIMIT = 4000
BLANKS = (
    (re.compile(r"https?://\S+|www\.\S+"), " "),
    (re.compile(r"\"[^\"\n]{1,120}\"|`[^`\n]{1,120}`|(?<!\w)'[^'\n]{1,120}'(?!\w)|[“‘][^”’\n]{1,120}[”’]"), " "),
    (re.compile(r"[^\s@]{1,64}@[^\s@]{1,255}"), " "),
    (re.compile(r"(?<!\S)(?=\S*[\d/_])\S+"), " "),
    (re.compile(r"[\W_]+"), " "),
)


def fingerprint(text: str) -> str:
    """Sixteen hexadecimal digits that stay the same while only ids, numbers, links and quoted names change."""
    bare = text[:LIMIT].lower()
    for pattern, replacement in BLANKS:
        bare = pattern.sub(replacement, bare)
    return hashlib.sha256(" ".join(bare.split()).encode()).hexdigest()[:16]
