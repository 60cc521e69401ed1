"""Every kind of answer: pages of the past, what is not there, what goes wrong, and the headers that all carry."""

from __future__ import annotations

import httpx2
import pytest

from statuspage.core.event import rfc3339
from statuspage.errors import StoreError
from statuspage.site.publish import PublishedSite
from statuspage.web.routes import make_app
from tests.house import START
from tests.web.conftest import Web

BROWSER = "text/html,application/xhtml+xml,*/*;q=0.8"


async def test_a_page_of_the_past_says_that_it_is_one(web: Web) -> None:
    answer = await web.get(f"/at/{rfc3339(web.clock())}")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "2026" in answer.text


async def test_an_old_event_has_a_page_too(web: Web) -> None:
    event = web.told.snapshot.recent_events[-1]
    pages = {path: page for path, page in web.told.pages.items() if path != f"/events/{event.id}"}
    app = make_app(web.queries, PublishedSite(pages), lambda: web.told.snapshot, web.clock)
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://x") as client:
        answer = await client.get(f"/events/{event.id}")
    assert answer.status_code == 200
    assert event.draft.summary.split(" (")[0] in answer.text


@pytest.mark.parametrize("path", ["/nope", "/models/nope", "/events/evt_x", "/incidents/inc_x", "/history/1999-01"])
async def test_what_is_not_there_is_a_page_for_browsers_and_curl_alike(web: Web, path: str) -> None:
    for accept in (BROWSER, "*/*", "application/json"):
        answer = await web.get(path, accept=accept)
        assert (answer.status_code, answer.headers["content-type"]) == (404, "text/html; charset=utf-8")


async def test_under_the_api_it_is_always_a_problem(web: Web) -> None:
    answer = await web.get("/api/v1/nope", accept=BROWSER)
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/api/v1/events"),
        ("GET", "/api/v1/classify"),
        ("PUT", "/healthz"),
        ("DELETE", "/api/v2/incidents.json"),
        ("POST", "/api/v1/snapshot"),
        ("PUT", "/feeds/all.atom"),
        ("POST", "/"),
    ],
)
async def test_a_wrong_method_says_which_are_right(web: Web, method: str, path: str) -> None:
    answer = await web.client.request(method, path)
    assert answer.status_code == 405
    assert answer.headers["content-type"].startswith(
        "application/problem+json" if path.startswith("/api/") else "text/html"
    )
    assert answer.headers["allow"]


async def test_a_draft_is_nowhere(web: Web) -> None:
    [draft] = [one for one in await web.incidents.all() if one.draft]
    for path in (f"/incidents/{draft.id}", f"/api/v1/incidents/{draft.id}"):
        assert (await web.get(path)).status_code == 404
    for path in (*web.told.pages, "/api/v1/events", f"/at/{rfc3339(web.clock())}"):
        assert b"secret draft" not in (await web.get(path)).content


@pytest.mark.parametrize(
    "path",
    [
        "/", "/api/v1/snapshot", "/feeds/all.atom", "/freshness.json", "/healthz", "/readyz", "/metrics", "/nope",
        "/healthz/", "/api/v1/events/", "/api/v1/availability", "/api/v1/availability?x=1", "/api/v1/events/evt_x",
        "/at/2026-06-12T14:10:00Z", "/at/never", "/at/1999-01-01", "/api/v1/classify", "/api/v1/nope", "/models/nope",
        "/is-it-me",
    ],
)  # fmt: skip
@pytest.mark.parametrize("accept", [BROWSER, "*/*"])
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "OPTIONS"])
async def test_every_answer_carries_the_security_headers(web: Web, method: str, path: str, accept: str) -> None:
    answer = await web.client.request(method, path, headers={"accept": accept})
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    if answer.headers.get("content-type", "").startswith("text/html"):
        assert "script-src 'self'" in policy


async def test_a_fault_of_ours_tells_nothing_of_the_inside(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise ValueError("the inside")

    monkeypatch.setattr(web.queries.store, "reading", broken)
    answer = await web.get("/api/v1/events")
    assert (answer.status_code, answer.headers["content-type"]) == (500, "application/problem+json")
    assert "inside" not in answer.text
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_a_store_that_is_gone_is_unavailable_and_published_pages_stay(
    web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone() -> None:
        raise StoreError("the store is gone")

    monkeypatch.setattr(web.queries.store, "reading", gone)
    assert (await web.get("/api/v1/events")).status_code == 503
    assert (await web.get("/")).status_code == 200
    assert (await web.get("/api/v1/availability")).status_code == 200
    ready = await web.get("/readyz")
    assert (ready.status_code, ready.json()) == (503, {"ready": False, "store": "the store is gone"})


async def test_the_process_lives(web: Web) -> None:
    answer = await web.get("/healthz")
    assert (answer.status_code, answer.text) == (200, "ok\n")


async def test_it_is_ready_while_it_observes_and_not_when_it_is_stale(web: Web) -> None:
    answer = await web.get("/readyz")
    assert (answer.status_code, answer.json()["ready"]) == (200, True)
    assert answer.json()["newest_observation_at"] == rfc3339(web.clock())
    web.clock.at = web.told.snapshot.valid_until
    assert (await web.get("/readyz")).status_code == 200
    web.clock.at = web.told.snapshot.valid_until.replace(microsecond=1)
    stale = await web.get("/readyz")
    assert (stale.status_code, stale.json()["ready"], stale.json()["store"]) == (503, False, "ok")
    assert (await web.get("/healthz")).status_code == 200


async def test_the_figures_are_aggregates_that_prometheus_reads(web: Web) -> None:
    answer = await web.get("/metrics")
    lines = answer.text.splitlines()
    assert answer.headers["content-type"].startswith("text/plain")
    assert f"statuspage_event_seq {float(web.told.snapshot.as_of_seq)}" in lines
    assert 'statuspage_cells{availability="restricted"} 4.0' in lines
    [observed] = [line for line in lines if line.startswith("statuspage_newest_observation_timestamp_seconds ")]
    assert float(observed.split()[1]) == web.clock().timestamp()
    assert web.clock() > START
    assert len(lines) < 50
