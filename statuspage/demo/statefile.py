"""Keep the sandbox's state in a JSON file, so that it survives a restart."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping
from pathlib import Path

import orjson

from statuspage.demo.state import Behaviour, Conduct, State


def dump(state: State) -> dict[str, object]:
    """The state as plain JSON."""
    rules = [
        {"provider": provider, "model": model, "user_class": group, "conduct": how.conduct.value, "value": how.value}
        for (provider, model, group), how in sorted(state.rules.items())
    ]
    return {
        "rules": rules,
        "outages": dict(state.outages),
        "retired": sorted(state.retired),
        "slow": dict(state.slow),
        "first_token": state.first_token,
        "between_tokens": state.between_tokens,
    }


def parse(content: Mapping[str, object]) -> State:
    """The state that ``dump`` wrote; raises ``ValueError``, ``KeyError`` or ``TypeError`` on anything else."""
    rows, outages, retired, slow = (content[name] for name in ("rules", "outages", "retired", "slow"))
    if not (isinstance(rows, list) and isinstance(retired, list)):
        raise TypeError("not a sandbox state")
    if not (isinstance(outages, dict) and isinstance(slow, dict)):
        raise TypeError("not a sandbox state")
    return State(
        rules={
            (row["provider"], row["model"], row["user_class"]): Behaviour(Conduct(row["conduct"]), row["value"])
            for row in rows
        },
        outages=outages,
        retired=frozenset(retired),
        slow=slow,
        first_token=float(str(content["first_token"])),
        between_tokens=float(str(content["between_tokens"])),
    )


def load(path: Path, otherwise: State) -> State:
    """The kept state; a file that cannot be read is set aside, for a demo must start."""
    try:
        return parse(orjson.loads(path.read_bytes()))
    except FileNotFoundError:
        return otherwise
    except (ValueError, KeyError, TypeError):
        path.replace(path.with_suffix(".broken"))
        return otherwise


def save(path: Path, state: State) -> None:
    """Replace the kept state as a whole."""
    write_private(path, orjson.dumps(dump(state), option=orjson.OPT_INDENT_2))


def write_private(path: Path, content: bytes) -> None:
    """Write a file that only its owner can read, atomically."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f"{path.name}.new")
    with contextlib.suppress(FileNotFoundError):
        new.unlink()
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
    new.replace(path)
