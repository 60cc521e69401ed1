"""The plan as ``check-config`` prints it: cells, calls a minute, forecast cost and disk."""

from __future__ import annotations

from typing import Any

import click

from statuspage.cli.shared import echo_table
from statuspage.core.plan import ASSUMPTIONS, Plan


def print_plan(plan: Plan) -> None:
    """The plan in words and tables."""
    asked = f" ({plan.expected_probed} of them asked all the same)" if plan.expected_probed else ""
    click.echo(
        f"{plan.cells} cells: {plan.probed} probed, {plan.attested} attested, {plan.expected} restricted by design"
        f"{asked}, {plan.unreached} that no check reaches\n"
    )
    rows = [(calls.provider, calls.level.value, f"{calls.per_minute:.1f}") for calls in plan.calls]
    echo_table(["provider", "level", "calls a minute"], rows, "No calls.")
    click.echo()
    spend = [
        (
            one.provider,
            one.user_class,
            f"{one.usd:.2f}",
            f"{one.cap_usd:.2f}" if one.cap_usd is not None else "–",
            "over its cap" if one.over_cap else f"{one.unpriced} cells without a price" if one.unpriced else "",
        )
        for one in plan.spend
    ]
    echo_table(["provider", "user class", "USD a month", "cap", ""], spend, "No cost.")
    cost = "A sandbox costs nothing" if plan.sandbox else f"{plan.usd_month:.2f} USD a month in all"
    click.echo(f"\n{cost}; {plan.disk_bytes_kept / 1e6:.0f} MB of disk kept")
    click.echo(f"Assumed: {ASSUMPTIONS}")


def plan_document(plan: Plan) -> dict[str, Any]:
    """The plan as JSON data."""
    return {
        "cells": {
            "all": plan.cells,
            "probed": plan.probed,
            "attested": plan.attested,
            "expected": plan.expected,
            "unreached": plan.unreached,
            "expected_probed": plan.expected_probed,
        },
        "calls": [{"provider": c.provider, "level": c.level.value, "per_minute": c.per_minute} for c in plan.calls],
        "spend": [
            {"provider": s.provider, "user_class": s.user_class, "usd_month": s.usd, "cap_usd": s.cap_usd}
            for s in plan.spend
        ],
        "usd_month": plan.usd_month,
        "disk_bytes_month": plan.disk_bytes_month,
        "disk_bytes_kept": plan.disk_bytes_kept,
        "assumptions": ASSUMPTIONS,
    }
