"""Every snapshot of the cast as a parameter, and one browser for each worker."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from statuspage.core.snapshot import Snapshot
from tests.site import snapshots, story, ugly
from tests.site.browsing import chromium
from tests.site.printed import world

CAST = (
    story.june,
    story.many_incidents,
    story.hostile,
    story.twenty_by_six,
    snapshots.a_calm_day,
    snapshots.a_first_start,
    snapshots.all_unknown,
    snapshots.an_empty_site,
    ugly.one_class,
    ugly.forty_open,
    ugly.few_of_five,
    ugly.ten_classes,
)


@pytest.fixture(scope="package", params=CAST, ids=lambda make: make.__name__)
def anyone(request: pytest.FixtureRequest) -> Snapshot:
    """Each snapshot of the cast in turn; tests of the same one run one after the other."""
    return world(request.param)


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, once for this package: while Playwright runs, no other event loop can in this thread."""
    with chromium() as running:
        yield running
