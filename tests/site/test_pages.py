"""Pages: what they say, that they are well-formed, and that nothing in them runs."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser
from urllib.parse import quote

import lxml.html
import pytest

from checks.observation import Cause
from statuspage.core import availability, event, incident, verdict
from statuspage.core.availability import CellKey
from statuspage.core.cell import Pace
from statuspage.core.snapshot import CellView, Snapshot
from statuspage.site import answer, latency, matrix, pages, prose, render, replay
from statuspage.site.look import icon, look
from tests.site import snapshots, story, ugly
from tests.site.printed import pages_of, world

WITH_TOOLS = {"/is-it-me", "/my", "/user-classes", "/replay"}
"""The pages that load a script of their own beside that of every page."""

A = availability.Availability
HEADLINES = {
    story.june: "Claude Fable 5 is restricted for everyone; "
    "Claude Mythos 5 is restricted for everyone but Listed organisations .",
    story.many_incidents: "Claude Opus 4.7 is restricted for Foreign nationals abroad ; "
    "Claude Opus 4.8 is down for everyone; Claude Sonnet 4.6 is degraded for everyone.",
    snapshots.a_calm_day: "Every model answers for every class that may use it.",
    snapshots.a_first_start: "We cannot tell yet: nothing has been measured.",
    snapshots.all_unknown: "We cannot tell for any model now.",
    snapshots.an_empty_site: "Nothing is watched yet.",
}

VOID = {"meta", "link", "br", "hr", "input", "img"}


class Outline(HTMLParser):
    """Checks that every element is closed, and collects what the tests ask of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.faults: list[str] = []
        self.ids: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open an element."""
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        self.ids += [value or "" for name, value in attrs if name == "id"]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Close an element."""
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"</{tag}> at {self.getpos()}")


def outline(body: bytes) -> Outline:
    """The outline of a page."""
    parser = Outline()
    parser.feed(body.decode())
    parser.close()
    return parser


def attributes(body: bytes) -> list[tuple[str, str, str]]:
    """Every attribute of a page: its element, its name, its value."""
    root = lxml.html.document_fromstring(body.decode())
    return [(str(one.tag), str(name), str(value)) for one in root.iter() for name, value in one.attrib.items()]


def text(body: bytes) -> str:
    """What a reader sees, roughly: without tags, white space folded."""
    return " ".join(re.sub(r"<[^>]+>", " ", body.decode()).split())


def html(snapshot: Snapshot) -> dict[str, bytes]:
    """Every HTML page of a snapshot."""
    return {path: page.body for path, page in pages_of(snapshot).items() if page.content_type.startswith("text/html")}


def test_every_page_is_well_formed(anyone: Snapshot) -> None:
    for path, body in html(anyone).items():
        seen = outline(body)
        assert (path, seen.faults, seen.open) == (path, [], [])
        assert len(seen.ids) == len(set(seen.ids)), path


def test_no_page_needs_inline_code_or_a_third_party(anyone: Snapshot) -> None:
    for path, body in html(anyone).items():
        named = f"{anyone.site.url}{quote(path, safe='/:@~')}"
        for tag, name, value in attributes(body):
            if (tag, name, value) == ("link", "href", named):
                continue
            assert name != "style", path
            assert not name.startswith("on"), path
            if name == "src" or (tag == "link" and name == "href"):
                assert value.startswith(("/", "data:image/svg+xml,")), (path, value)
                assert not value.startswith("//"), path
        assert body.count(b"<script") == (2 if path in WITH_TOOLS else 1), path
        assert b"</script>" in body, path
        assert b"<style" not in body, path
        assert b"<img" not in body, path


def test_every_page_names_its_one_address_and_a_refusal_has_none(anyone: Snapshot) -> None:
    made = html(anyone) | {"/refused": pages.refused(anyone, 404, "no")}
    for path, body in made.items():
        named = lxml.html.document_fromstring(body.decode()).xpath("//head/link[@rel='canonical']/@href")
        ours = [f"{anyone.site.url}{quote(path, safe='/:@~')}"]
        assert named == ([] if path in ("/404", "/refused") else ours), path


def test_hostile_text_never_becomes_markup() -> None:
    for path, body in html(world(story.hostile)).items():
        for tag, name, value in outline(body).attributes:
            assert not (name in {"href", "src"} and value.lower().startswith("javascript:")), (path, tag)
        assert b"<script>alert" not in body, path
        assert re.search(rb"[\x00-\x08\x0b-\x1f\x7f]", body) is None, path


def test_markdown_keeps_words_and_drops_danger() -> None:
    made = prose.markdown(
        "**Both** are closed.\n\n# A\n\n- [ok](https://ok.example/)\n\n![x](https://e.example/i.png) <b>no</b>"
    )
    assert "<strong>Both</strong>" in made
    assert '<a href="https://ok.example/" rel="nofollow noopener">ok</a>' in made
    assert "<h3>A</h3>" in made
    assert "<img" not in made
    assert "<b>" not in made
    for stranger in ("//evil.example", "/\\\\evil.example", "\\\\evil.example", "/incidents/inc_1", "data:text/html,x"):
        assert "href" not in prose.markdown(f"[a]({stranger})")
    assert 'href="mailto:a@b.example"' in prose.markdown("[a](mailto:a@b.example)")
    assert "href" not in prose.markdown("<a href='javascript:x'>y</a> [z](javascript:x)").replace("a href='", "")


def test_the_title_and_the_icon_carry_the_state() -> None:
    june = pages.home(story.june()).decode()
    assert "<title>Restricted: Claude Fable 5, Claude Mythos 5 · Model availability</title>" in june
    assert icon("restricted").replace("'", "&#39;") in june
    assert icon("available") != icon("unknown") != icon("restricted")


def test_the_headline_names_models_and_classes() -> None:
    heads = {make: text(re.search(rb"<h1>.*</h1>", pages.home(make()), re.S)[0]) for make in HEADLINES}  # type: ignore[index]
    assert heads == HEADLINES


def test_a_platform_that_fails_as_a_whole_is_named_though_others_answer() -> None:
    def judge(key: CellKey, code: str) -> CellView:
        return snapshots.cell(key, code, A.DOWN) if key.provider == "bedrock" else snapshots.calm(key, code)

    body = pages.home(snapshots.snapshot(judge, snapshots.all_answer()))
    seen = text(body)
    assert "Amazon Bedrock is down for everyone." in seen
    assert "Every model answers on another platform." in seen
    assert b'class="band down"' in body
    assert "<title>Down: Amazon Bedrock · Model availability</title>" in body.decode()


def test_a_restriction_by_design_stays_calm() -> None:
    calm = snapshots.a_calm_day()
    body = pages.home(calm).decode()
    assert look(availability.Availability.RESTRICTED, by_design=True) == "expected"
    assert 'class="band available"' in body
    assert "Restricted" not in re.search(r"<title>.*</title>", body, re.S)[0]  # type: ignore[index]
    assert "by design" in text(body.encode())
    zero = pages.user_class(calm, calm.user_classes[5]).decode()
    assert 'class="band available"' in zero


def test_unknown_is_never_green() -> None:
    for snapshot in (world(snapshots.all_unknown), world(snapshots.a_first_start)):
        for path, body in html(snapshot).items():
            shown = re.sub(r"<template.*?</template>", "", body.decode(), flags=re.S)
            seen = shown.replace(text_of_legend(shown), "")
            assert path == "/methodology" or 's available"' not in seen, path
            assert 'band available"' not in seen, path


def text_of_legend(body: str) -> str:
    """The key to the marks, which shows every look."""
    found = re.search(r'<p class="note row legend">.*?</p>', body, re.S)
    return found[0] if found else "\0"


def test_confirming_is_public() -> None:
    june = story.june()
    assert "answering again, confirming 1 of 3" in text(pages.model(june, june.models[1]))


def test_the_four_facts_answer_the_night_reader() -> None:
    june = story.june()
    made = answer.of_home(june)
    assert (made.since, made.ordered) == (snapshots.REFUSED, story.ORDERED)
    assert [one.provider_model_id for one in made.instead] == ["claude-opus-4-8"]
    assert [one.value for one in made.retries] == ["no"]
    seen = text(pages.home(june))
    for words in ("Since 13 Jun 01:59", "Use instead claude-opus-4-8", "Retry? No", "Look again 27 Jun 08:00"):
        assert words in seen
    assert "Measured 27 Jun 2026, 02:41:12 UTC . Holds until 02:44:20" in seen


def test_declared_and_measured_stand_side_by_side() -> None:
    june = story.june()
    seen = text(pages.model(june, june.models[0]))
    assert "12 Jun 2026, 21:21 UTC ordered, by the authority" in seen
    assert "13 Jun 01:59:00 first refusal" in seen
    assert "4 h 38 min after the order" in seen
    assert "wider than declared: also US persons and Listed organisations" in seen
    assert "every class that we can ask as" in seen


def test_the_story_tells_scope_spared_clocks_and_claims() -> None:
    june = story.june()
    body = pages.incident(june, june.incidents[0])
    seen = text(body)
    assert "PRIVATE" not in seen
    assert "Not affected Available: Claude Opus 4.8" in seen
    assert seen.index("The partial lift") < seen.index("Calls are refused for every class") < seen.index("has received")
    assert "Changed 13 Jun 2026, 02:19 UTC : Calls are refused for every class" in seen
    assert b"<ins> for every class" in body
    assert "Unconfirmed, and without effect on this page" in seen
    assert body.count(b'class="measured"') == 2
    assert "first refusal, for every class" in seen


def test_evidence_is_given_for_every_cell() -> None:
    june = story.june()
    body = pages.model(june, june.models[0])
    assert {f"why-{one.key.provider}-{one.key.user_class}" for one in june.of_model(june.models[0].id)} <= set(
        outline(body).ids
    )
    seen = text(body)
    for words in ("HTTP 404", "Withdrawn, strong.", "01:59:05 (404)", "answered. The key is good.", "A neutral host"):
        assert words in seen


def test_each_lane_is_one_link_with_a_sentence() -> None:
    names = [value for tag, name, value in outline(pages.home(story.june())).attributes if name == "aria-label"]
    assert "Claude Fable 5, access over 90 days: 19.36 %; watched from 9 Jun; restricted 13 Jun to 27 Jun" in names
    assert any("down on 14 May" in name for name in names)


def test_a_past_page_says_so() -> None:
    body = pages.home(story.june(), as_of=snapshots.NOW).decode()
    assert "This page as it was at" in body
    assert "<title>As of 2026-06-27 02:41 UTC: Restricted" in body
    assert 'id="holds"' not in body


def test_sandbox_data_is_labelled_on_every_page() -> None:
    simulated = story.june()
    simulated = replace(simulated, site=replace(simulated.site, sandbox=True))
    for path, body in html(simulated).items():
        assert b"Sandbox: every model" in body, path
        assert b"(sandbox)</title>" in body, path


def test_methodology_shows_the_policy_in_force() -> None:
    june = story.june()
    quick = replace(
        june, policy=replace(june.policy, name="sandbox", restricted_weak=replace(june.policy.restricted_weak, count=7))
    )
    seen = text(pages.methodology(quick))
    assert "sandbox" in seen
    assert "7 in a row, at least 15 s apart" in seen


def test_the_history_is_cut_by_month() -> None:
    june = story.june()
    assert [f"{month:%Y-%m}" for month in pages.months(june)] == ["2026-06"]
    assert "Two models suspended" in text(pages.history(june, pages.months(june)[0]))


@pytest.mark.parametrize(
    ("table", "members"),
    [
        ("state", availability.Availability),
        ("reason", availability.Reason),
        ("why", availability.Reason),
        ("basis", availability.Basis),
        ("basis_note", availability.Basis),
        ("disagreement", availability.Disagreement),
        ("scope", availability.Scope),
        ("retry", availability.Retry),
        ("retry_note", availability.Retry),
        ("kind", incident.Kind),
        ("stage", incident.Stage),
        ("says", incident.Says),
        ("by", incident.By),
        ("event", event.EventType),
        ("cause", Cause),
        ("row", verdict.Row),
    ],
)
def test_every_word_of_a_closed_list_has_its_phrase(table: str, members: type[availability.Availability]) -> None:
    words = getattr(render.environment().get_template("_words.html").module, table)
    assert {member.value for member in members} <= set(words)


@pytest.mark.parametrize("control", [verdict.C1, verdict.C2, verdict.C3, verdict.C4, verdict.C5])
def test_every_outcome_of_a_control_says_what_it_rules_out(control: type[verdict.C1]) -> None:
    words = render.environment().get_template("_words.html").module.found  # type: ignore[attr-defined]
    assert {member.value for member in control} <= set(words[control.__name__])


def test_the_alternative_s_pace_is_drawn_on_the_same_axes_and_closed_times_are_washed() -> None:
    made = ugly.one_class()
    first, other = made.models[0], next(one for one in made.models if one.id == "claude-opus-4-8")
    key = CellKey(other.id, "claude-api", "us-persons")
    slow = tuple(Pace(snapshots.NOW - timedelta(hours=n), 4.0) for n in range(5))
    closed = replace(story.transition(next(iter(made.paces)), snapshots.NOW - timedelta(days=1)), event=None)
    cells = tuple(
        replace(one, availability=A.RESTRICTED, since=closed.at) if one.key == closed.key else one for one in made.cells
    )
    made = replace(made, paces=made.paces | {key: slow}, transitions=(closed,), cells=cells)
    mine, theirs = latency.charts(made, first, [other])
    assert (mine.top, theirs.top, theirs.samples) == (5.0, 5.0, 5)
    assert [(one.look, one.x, one.width) for one in mine.closed] == [("restricted", 598.7, 101.3)]
    body = pages.model(made, first)
    assert b'<rect class="restricted" x="598.7"' in body
    assert "Claude Opus 4.8 , the alternative, on the same axes" in text(body)


def test_a_replay_names_whom_a_change_opens_for_and_not_those_closed_by_design() -> None:
    june = story.june()
    listed = CellKey("claude-mythos-5", "claude-api", "listed")
    cells = tuple(
        replace(one, expected=True) if one.key.model == listed.model and one.key.user_class != "listed" else one
        for one in june.cells
    )
    opened = replace(story.transition(listed, snapshots.LISTED_AGAIN), from_availability=A.RESTRICTED)
    opened = replace(opened, published=replace(opened.published, availability=A.AVAILABLE))
    told = replay.replay(replace(june, cells=cells, transitions=(*june.transitions, opened)))
    (step,) = [one for one in told.steps if one.says == "available"]
    assert step.scope.user_classes == ("listed",)


def test_classes_that_are_alike_on_every_platform_are_told_once() -> None:
    june = story.june()
    rows = matrix.of_model(june, june.models[0])
    told = matrix.parties(rows, june.user_classes)
    assert [[one.id for one in party.classes] for party in told] == [
        ["us-persons", "foreign-abroad", "foreign-in-us", "listed"],
        ["partners"],
        ["zero-retention"],
    ]
    assert [party.alike for party in told] == [False, False, True]
    calm = matrix.parties(matrix.of_model(june, june.models[2]), june.user_classes)
    assert [(party.every, party.alike) for party in calm] == [(True, True)]
