"""What a configuration means: every value arrives, everything left out has its default."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from checks.target import Credential
from statuspage.config import load
from statuspage.core.availability import Availability, CellKey, Reason
from statuspage.core.incident import Kind
from statuspage.core.plan import plan
from statuspage.core.settings import ClassCredential, Need, Policy, Price, Retention, Schedule, Settings, Webhooks
from tests.config.samples import KEY, KINDS, RIGHT, changed, load_text, messages

SHIPPED = Path(__file__).parents[2] / "config.yaml"

SMALLEST = """
providers: {v: {name: V, kind: anthropic, base_url: "https://v.example", credentials: {our-people: {key: k}}}}
models: {large-5.1: {offered: [{provider: v, id: large}]}}
"""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_text(tmp_path, RIGHT)


def test_the_site(settings: Settings) -> None:
    assert settings.site.name == "Our models"
    assert settings.site.url == "https://status.example.org"
    assert settings.site.refresh == timedelta(seconds=60)
    assert not settings.site.sandbox


def test_a_provider(settings: Settings) -> None:
    provider = settings.provider("vendor")
    assert (provider.name, provider.kind, provider.base_url) == ("Vendor", "anthropic", "https://api.vendor.example")
    assert (provider.controls, provider.rate_limit) == (("small",), 600)
    assert provider.credentials == {
        "staff": ClassCredential(Credential("vendor/staff", KEY), monthly_cap_usd=20.0),
        "abroad": ClassCredential(Credential("vendor/abroad", "sk-abroad", "http://proxy.example:3128"), country="DE"),
    }


def test_a_model(settings: Settings) -> None:
    model = settings.model("large")
    assert (model.name, model.successor, model.alternatives) == ("Large", "small", ("small",))
    assert [offering.primary for offering in model.offered] == [True, False]
    assert model.offered[0].price == Price(10, 50)
    (expectation,) = model.expect
    assert (expectation.availability, expectation.reason) == (Availability.RESTRICTED, Reason.POLICY)
    assert expectation.remedy is not None
    assert (expectation.remedy.by, expectation.remedy.action) == ("admin", "Keep data")


def test_the_numbers(settings: Settings) -> None:
    assert settings.schedule == Schedule(accepts_every=timedelta(seconds=30), timeout=timedelta(seconds=0.5))
    assert settings.policy == Policy(name="custom", restricted_weak=Need(4, apart=timedelta(seconds=15)))
    assert settings.webhooks == Webhooks(allow_networks=("10.0.0.0/8",))
    assert settings.retention == Retention(observations=timedelta(days=14))


def test_cells_are_those_of_which_something_can_be_known(settings: Settings) -> None:
    cells = [str(key) for key in settings.cells()]
    assert cells == [
        "large@vendor/staff",
        "large@vendor/abroad",
        "large@vendor/partners",
        "large@vendor/zero",
        "large@gate/staff",
        "small@vendor/staff",
        "small@vendor/abroad",
        "small@vendor/partners",
    ]


def test_the_smallest_configuration(tmp_path: Path) -> None:
    settings = load_text(tmp_path, SMALLEST)
    default = Settings()
    assert (settings.site, settings.policy, settings.schedule) == (default.site, default.policy, default.schedule)
    assert (settings.retention, settings.webhooks) == (default.retention, default.webhooks)
    assert settings.store_url == default.store_url
    (user_class,) = settings.user_classes
    assert (user_class.id, user_class.name, user_class.reference) == ("our-people", "Our people", True)
    assert settings.model("large-5.1").name == "Large 5.1"
    assert settings.model("large-5.1").offered[0].primary
    assert settings.cells() == (CellKey("large-5.1", "v", "our-people"),)


@pytest.mark.parametrize(
    ("written", "kinds"),
    [
        ("", (Kind.RESTRICTION,)),
        ("staff:\n", (Kind.RESTRICTION,)),
        ("staff: {two_people: []}", ()),
        ("staff: {two_people: [notice, restriction, notice]}", (Kind.RESTRICTION, Kind.NOTICE)),
    ],
)
def test_two_people_publish_restrictions_unless_the_file_says_otherwise(
    written: str, kinds: tuple[Kind, ...], tmp_path: Path
) -> None:
    assert load_text(tmp_path, f"{RIGHT}\n{written}\n").staffing.two_people == kinds


@pytest.mark.parametrize("section", ["site", "store", "schedule", "policy", "notifications", "retention", "staff"])
def test_a_section_whose_keys_are_all_commented_out(section: str, tmp_path: Path) -> None:
    assert load_text(tmp_path, f"{SMALLEST}{section}:\n  # nothing\n") == load_text(tmp_path, SMALLEST)


@pytest.mark.parametrize(
    ("written", "seconds"),
    [("100ms", 0.1), ("1.5s", 1.5), ("5m", 300), ("24h", 86_400), ("30d", 2_592_000), ("3650d", 315_360_000)],
)
def test_durations(written: str, seconds: float, tmp_path: Path) -> None:
    settings = load_text(tmp_path, changed("refresh: 60s", f"refresh: {written}"))
    assert settings.site.refresh.total_seconds() == seconds


@pytest.mark.parametrize(("written", "per_minute"), [("10/s", 600), ("90/min", 90), ("1000/h", 16)])
def test_rates(written: str, per_minute: int, tmp_path: Path) -> None:
    assert load_text(tmp_path, changed("600/min", written)).provider("vendor").rate_limit == per_minute


@pytest.mark.parametrize(
    "trap", ["no", "on", "12:30", "0o17", "017", "1e3", "2024-01-01", "0x1F", "1_000", ".inf", "NO", "=", "Null"]
)
def test_words_that_yaml_would_change_stay_as_written(trap: str, tmp_path: Path) -> None:
    assert load_text(tmp_path, changed("name: Vendor", f"name: {trap}")).provider("vendor").name == trap


def test_a_class_named_no(tmp_path: Path) -> None:
    settings = load_text(tmp_path, SMALLEST.replace("our-people", "no"))
    assert settings.user_classes[0].id == "no"


def test_an_alias_stands_for_its_value_and_its_mistakes_name_both_places(tmp_path: Path) -> None:
    anchored = changed("alternatives: [small]", "alternatives: &others [smal]").replace(
        "  small:\n", "  small:\n    alternatives: *others\n"
    )
    assert messages(tmp_path, anchored) == [
        f'33:28: models.{model}.alternatives[0]: "smal" is not a model of this configuration. Did you mean small?'
        for model in ("large", "small")
    ]


def test_an_openai_address_without_a_path_is_meant_where_it_ends_in_a_slash(tmp_path: Path) -> None:
    settings = load_text(tmp_path, changed("https://gate.example/v1", "https://gate.example/"))
    assert settings.provider("gate").base_url == "https://gate.example"


def test_a_provider_of_kind_http_needs_no_key(tmp_path: Path) -> None:
    text = changed("kind: openai", "kind: http").replace("{key: sk-gate}", "{}")
    assert load_text(tmp_path, text).provider("gate").credentials["staff"].credential.secret == ""


def test_the_same_key_through_another_egress_is_another_question(tmp_path: Path) -> None:
    text = changed("${ABROAD:-sk-abroad}", KEY)
    assert messages(tmp_path, text) == []


def test_loading_again_gives_the_same(tmp_path: Path) -> None:
    assert load_text(tmp_path, RIGHT) == load_text(tmp_path, RIGHT)


def test_the_shipped_configuration() -> None:
    settings = load(SHIPPED, {}, kinds=KINDS)
    assert settings.site.sandbox
    assert "sandbox" in settings.site.name
    assert settings.policy.name == "sandbox"
    assert settings.policy.down_provider_quorum == 1
    assert len(settings.models) == 7
    assert [str(key) for key in settings.cells() if key.user_class == "programme-partners"] == [
        "claude-mythos-5@claude-api/programme-partners"
    ]
    assert settings.expectation(CellKey("claude-fable-5", "gateway", "zero-retention")) is not None
    assert settings.expectation(CellKey("claude-mythos-5", "claude-api", "listed-organisations")) is None
    made = plan(settings)
    assert (made.probed, made.attested, made.expected, made.unreached) == (59, 1, 6, 0)


def test_a_sandbox_key_from_the_environment() -> None:
    settings = load(SHIPPED, {"SANDBOX_KEY_US": "mine"}, kinds=KINDS)
    assert settings.provider("gateway").credentials["us-persons"].credential.secret == "mine"
    kept = settings.provider("gateway").credentials["zero-retention"].credential.secret
    assert kept == "sandbox-key-zero-retention"


def test_the_example_of_a_real_api_in_the_shipped_file(tmp_path: Path) -> None:
    example = SHIPPED.read_text("utf-8").partition("\n# site:\n")[2]
    text = "site:\n" + "".join(f"{line.removeprefix('# ')}\n" for line in example.splitlines())
    settings = load_text(tmp_path, text, {"CLAUDE_KEY": "sk-real"})
    assert not settings.site.sandbox
    assert settings.policy == Policy()
    assert len(settings.cells()) == 3
