"""Checks of the channels in ``notifications``: what their filters name exists, and no two have one name."""

from __future__ import annotations

from statuspage.config.names import Names
from statuspage.config.report import Report
from statuspage.config.tree import Node


def check_channels(notifications: Node, names: Names, report: Report) -> None:
    """Report filters that let nothing pass, and names that are there twice."""
    for channel in notifications["chat"].items():
        names.known_models(channel["models"].items())
        names.known_providers(channel["providers"].items())
        names.user_classes(channel["user_classes"].items())
    for key, word in (("chat", "chat"), ("staff_alerts", "staff")):
        _check_names(notifications[key].items(), word, report)


def _check_names(channels: list[Node], word: str, report: Report) -> None:
    first: dict[str, Node] = {}
    for number, channel in enumerate(channels, 1):
        name = channel["name"].text or f"{word}-{number}"
        if name in first:
            problem = f'is called "{name}" like the one on line {first[name].spot.line}'
            report.add(channel.spot, problem, "Give it a name of its own")
        first.setdefault(name, channel)
