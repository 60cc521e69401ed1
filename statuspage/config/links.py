"""Checks of one part of the configuration against another: names that must exist, things that exclude each other."""

from __future__ import annotations

from collections.abc import Collection
from urllib.parse import urlsplit

from checks.assertions import parse
from statuspage.config.channels import check_channels
from statuspage.config.names import Names
from statuspage.config.report import Report, shown, suggestion
from statuspage.config.tree import Node
from statuspage.core.settings import Policy

ENDPOINTS = ("/chat/completions", "/messages", "/completions", "/responses", "/api/chat", "/api/tags")
OWN_PATHS = {"anthropic": "/v1", "azure": "/openai", "gemini": "/v1beta", "ollama": "/api"}
"""What a kind adds to the address itself."""
KEYLESS = frozenset({"http", "ollama"})


def check_links(root: Node, kinds: Collection[str], report: Report) -> None:
    """Report everything that does not fit together, as far as the tree can be read at all."""
    names = Names(
        set(root["user_classes"].entries()) or _classes_of_credentials(root),
        set(root["providers"].entries()),
        set(root["models"].entries()),
        report,
    )
    _check_user_classes(root, report)
    for provider in root["providers"].entries().values():
        _check_provider(provider, kinds, names, report)
    _check_attested(root, report)
    for model_id, model in root["models"].entries().items():
        _check_model(model_id, model, names, report)
        _check_reach(model, root, report)
    _check_assertions(root, report)
    _check_successors(root, report)
    _check_flapping(root["policy"], report)
    check_channels(root["notifications"], names, report)


def _classes_of_credentials(root: Node) -> set[str]:
    return {name for provider in root["providers"].entries().values() for name in provider["credentials"].entries()}


def _check_user_classes(root: Node, report: Report) -> None:
    first: Node | None = None
    for user_class in root["user_classes"].entries().values():
        if user_class["reference"].text != "true":
            continue
        if user_class["attested"].text == "true":
            remedy = "Mark a class that has credentials as the reference"
            report.add(user_class["reference"].spot, "cannot be the reference: it is attested, not probed", remedy)
        elif first is not None:
            problem = f"is a second reference; the first is on line {first.spot.line}"
            report.add(user_class["reference"].spot, problem, "Keep reference: true at one user class")
        first = first or user_class["reference"]


def _check_provider(provider: Node, kinds: Collection[str], names: Names, report: Report) -> None:
    kind = provider["kind"]
    if kind.text and kind.text not in kinds:
        remedy = suggestion(kind.text, sorted(kinds)).replace(kind.text, kind.written)
        report.add(kind.spot, f'"{kind.written}" is not a check kind', remedy)
    _check_base_url(kind.text, provider["base_url"], report)
    for class_id, credential in provider["credentials"].entries().items():
        if class_id not in names.classes:
            remedy = suggestion(class_id, sorted(names.classes))
            report.add(credential.key, f'"{class_id}" is not a user class of this configuration', remedy)
        if "key" not in credential.entries() and kind.text not in KEYLESS and isinstance(credential.value, dict | None):
            report.add(credential.key, "has no key", "Add key: ${NAME}, or key: file:PATH")
    _check_shared_keys(provider, report)
    _check_egress(provider, report)


def _check_base_url(kind: str, base_url: Node, report: Report) -> None:
    address = base_url.text.rstrip("/")
    endpoint = next((end for end in ENDPOINTS if address.endswith(end)), "")
    own = OWN_PATHS.get(kind, "")
    if endpoint:
        better = _shown(base_url, address.removesuffix(endpoint)).removesuffix(own)
        remedy = f"Write the part before it: {better}"
        report.add(base_url.spot, f"ends in {endpoint}, which the check adds itself", remedy)
    elif own and address.endswith(own):
        remedy = f"Write {_shown(base_url, address.removesuffix(own))}"
        report.add(base_url.spot, f"ends in {own}, which the kind {kind} adds itself", remedy)
    elif kind in {"openai", "openai-responses"} and _no_path(base_url.text):
        with_v1 = _shown(base_url, f"{address}/v1")
        root = _shown(base_url, f"{address}/")
        remedy = f"Write {with_v1}, as most OpenAI-compatible APIs want it, or {root} where the API has no path"
        report.add(base_url.spot, "has no path", remedy)


def _no_path(address: str) -> bool:
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.netloc) and parts.path == ""


def _shown(node: Node, better: str) -> str:
    """A better address; without what came from the environment or a file, and without a user and password."""
    return better if node.written == node.text and "@" not in better else "it that way"


def _check_shared_keys(provider: Node, report: Report) -> None:
    owners: dict[tuple[str, str], tuple[str, Node]] = {}
    for class_id, credential in provider["credentials"].entries().items():
        key = credential["key"]
        asked_as = (key.text, credential["egress"].text or "direct")
        if key.text and asked_as in owners:
            other, first = owners[asked_as]
            problem = f"is the same key as that of {other} on line {first.spot.line}, so both would always look alike"
            report.add(key.spot, problem, "Use a key that was issued to this user class, or another egress")
        owners.setdefault(asked_as, (class_id, key))


def _check_egress(provider: Node, report: Report) -> None:
    """Without TLS a proxy that fails answers in the place of what lies behind it, and it can read the key."""
    plain = next((name for name in ("base_url", "neutral_host") if _is_plain(provider[name].text)), None)
    for credential in provider["credentials"].entries().values():
        egress = credential["egress"]
        if plain and egress.text not in {"", "direct"}:
            problem = (
                f"is a proxy, but {plain} is plain http: the proxy's own errors would look like answers from there"
            )
            report.add(egress.spot, problem, f"Write {plain} with https://, or egress: direct")


def _is_plain(address: str) -> bool:
    return address.lower().startswith("http://")


def _check_attested(root: Node, report: Report) -> None:
    for provider in root["providers"].entries().values():
        for class_id, credential in provider["credentials"].entries().items():
            if root["user_classes"][class_id]["attested"].text == "true":
                remedy = f"Delete it, or delete attested: true of {class_id}"
                report.add(credential.key, "is a credential of an attested class, which is never probed", remedy)


def _check_model(model_id: str, model: Node, names: Names, report: Report) -> None:
    names.known_models([*model["alternatives"].items()])
    names.known_models([model["successor"]])
    for node in (*model["alternatives"].items(), model["successor"]):
        if node.text == model_id:
            report.add(node.spot, "names the model itself", "Name another model, or delete it")
    _check_offerings(model, names, report)
    expected: dict[tuple[str, str], Node] = {}
    for expectation in model["expect"].items():
        names.user_classes(expectation["user_classes"].items())
        _check_expected_providers(model, expectation, names)
        _check_overlap(expectation, expected, report)


def _check_offerings(model: Node, names: Names, report: Report) -> None:
    offers: dict[str, Node] = {}
    primary: Node | None = None
    for offering in model["offered"].items():
        provider = offering["provider"]
        names.known_providers([provider])
        names.user_classes(offering["user_classes"].items())
        if provider.text and provider.text in offers:
            problem = f'"{provider.written}" offers this model already on line {offers[provider.text].spot.line}'
            report.add(provider.spot, problem, "Keep one offering, or make the other a model of its own")
        offers.setdefault(provider.text, provider)
        if offering["primary"].text == "true":
            if primary is not None:
                problem = f"is a second primary; the first is on line {primary.spot.line}"
                report.add(offering["primary"].spot, problem, "Keep primary: true at one offering")
            primary = primary or offering["primary"]


def _check_expected_providers(model: Node, expectation: Node, names: Names) -> None:
    offers = {offering["provider"].text for offering in model["offered"].items()}
    nodes = expectation["providers"].items()
    names.known_providers(nodes)
    for node in nodes:
        if node.text in names.providers and node.text not in offers:
            names.report.add(node.spot, f'"{node.written}" does not offer this model', suggestion("", sorted(offers)))


def _check_overlap(expectation: Node, expected: dict[tuple[str, str], Node], report: Report) -> None:
    providers = [node.text for node in expectation["providers"].items()] or [""]
    for node in expectation["user_classes"].items():
        for provider in providers:
            first = expected.setdefault((node.text, provider), node)
            if first.spot.line != node.spot.line and node.text:
                problem = f'"{node.written}" is expected already on line {first.spot.line}'
                report.add(node.spot, problem, "Keep one of them; the first would win")


def _check_reach(model: Node, root: Node, report: Report) -> None:
    """A class that an offering names can be known: by a credential, an attestation or an expectation."""
    expected = {node.text for entry in model["expect"].items() for node in entry["user_classes"].items()}
    for offering in model["offered"].items():
        held = root["providers"][offering["provider"].text]["credentials"].entries()
        for node in offering["user_classes"].items():
            user_class = root["user_classes"].entries().get(node.text)
            if user_class is None or not held or node.text in held or node.text in expected:
                continue
            if user_class["attested"].text != "true":
                provider = offering["provider"].written
                problem = f'"{node.written}" can never be known: {provider} has no credential for it'
                report.add(node.spot, problem, "Add the credential, mark the class attested, or take it out here")


def _check_assertions(root: Node, report: Report) -> None:
    """Where the kind is http, an id is a path with assertions behind it."""
    asked = {
        name: provider for name, provider in root["providers"].entries().items() if provider["kind"].text == "http"
    }
    offered = [offering for model in root["models"].entries().values() for offering in model["offered"].items()]
    ids = [offering["id"] for offering in offered if offering["provider"].text in asked]
    for node in [*ids, *(control for provider in asked.values() for control in provider["controls"].items())]:
        try:
            parse(node.text)
        except ValueError as mistake:
            problem = str(mistake) if node.written == node.text else "holds an assertion that cannot be read"
            report.add(node.spot, problem, "docs/kinds.md shows how assertions are written")


def _check_successors(root: Node, report: Report) -> None:
    models = root["models"].entries()
    settled: set[str] = set()
    for start in models:
        chain: dict[str, None] = {}
        model_id = start
        while model_id in models and model_id not in settled and model_id not in chain:
            chain[model_id] = None
            model_id = models[model_id]["successor"].text
        if model_id in chain and models[model_id]["successor"].text != model_id:
            circle = " → ".join([*list(chain)[list(chain).index(model_id) :], model_id])
            spot = models[model_id]["successor"].spot
            report.add(spot, f"goes round in a circle: {shown(circle)}", "Let the newest have none")
        settled.update(chain)


def _check_flapping(policy: Node, report: Report) -> None:
    on = _percent(policy["flapping_on"], Policy().flapping_on)
    off = _percent(policy["flapping_off"], Policy().flapping_off)
    if on <= off:
        given = policy["flapping_on"] if policy["flapping_on"].text else policy["flapping_off"]
        problem = f"flapping would begin at {on:.0%} and end at {off:.0%}, so it would never rest"
        report.add(given.spot, problem, "Write a flapping_off below flapping_on")


def _percent(node: Node, default: float) -> float:
    try:
        return float(node.text.removesuffix("%")) / 100
    except ValueError:
        return default
