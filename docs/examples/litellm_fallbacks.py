"""Write a LiteLLM configuration whose deployments and fallbacks are what can be called now.

    python litellm_fallbacks.py https://status.example.org base.json config.json us-persons claude-fable-5

``base.json`` is a LiteLLM configuration whose ``model_list`` names every place as MODEL@PROVIDER, by the page's ids.
For each model asked for, the first place that these user classes can use now gets the model's own name, the others
become its fallbacks, in the order of ``/api/v1/route``. When the page cannot be read or is past its ``valid_until``,
nothing is written: keep doing what you did. Run it every minute, and restart LiteLLM when it says "changed".
"""

import json
import sys
import urllib.parse
import urllib.request
from datetime import datetime, timezone
from pathlib import Path


class KeepWhatYouHave(Exception):
    """The page says nothing that may be acted on."""


def route(page: str, model: str, user_classes: str) -> list[dict]:
    """Where a model, or what stands in for it, can be called now by these classes."""
    query = urllib.parse.urlencode({"model": model, "user_class": user_classes})
    try:
        with urllib.request.urlopen(f"{page}/api/v1/route?{query}", timeout=10) as response:
            said = json.load(response)
    except (OSError, ValueError) as error:
        raise KeepWhatYouHave(f"{page} cannot be read: {error}") from error
    if datetime.fromisoformat(said["valid_until"].replace("Z", "+00:00")) < datetime.now(timezone.utc):
        raise KeepWhatYouHave(f"{page} is past its valid_until: {said['valid_until']}")
    return said["use"]


def configuration(base: dict, routes: dict[str, list[dict]]) -> dict:
    """The base with a deployment for each model that can be called, and its fallbacks."""
    places = {one["model_name"]: one for one in base["model_list"]}
    deployments, fallbacks = [], []
    for model, use in routes.items():
        names = [f"{one['model']}@{one['provider']}" for one in use]
        known = [name for name in names if name in places]
        if known:
            deployments.append({**places[known[0]], "model_name": model})
            fallbacks.append({model: known[1:]})
    settings = {**base.get("router_settings", {}), "fallbacks": fallbacks}
    return {**base, "model_list": [*base["model_list"], *deployments], "router_settings": settings}


def write(path: str, wanted: dict) -> bool:
    """Replace the file at once if it would change; whether it did. JSON is YAML."""
    text = json.dumps(wanted, indent=2, sort_keys=True) + "\n"
    file, draft = Path(path), Path(f"{path}.new")
    if file.exists() and file.read_text("utf-8") == text:
        return False
    draft.write_text(text, "utf-8")
    draft.replace(file)
    return True


def main(page: str, base_file: str, config_file: str, user_classes: str, *models: str) -> int:
    """Ask, and write what was answered."""
    base = json.loads(Path(base_file).read_text("utf-8"))
    try:
        routes = {model: route(page.rstrip("/"), model, user_classes) for model in models}
    except KeepWhatYouHave as reason:
        print(f"kept: {reason}", file=sys.stderr)
        return 0
    print("changed" if write(config_file, configuration(base, routes)) else "the same")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
