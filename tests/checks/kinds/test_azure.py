"""The Azure dialect: deployments on both of its surfaces, and a list that knows only models."""

from __future__ import annotations

import pytest

from checks.observation import Cause, Lifecycle
from checks.target import Level
from tests.checks.kinds.conftest import Asking
from tests.checks.kinds.samples import SAMPLES
from tests.checks.kinds.scripted import CREDENTIAL, says

KIND = "azure"
SAMPLE = SAMPLES[KIND]


async def test_a_deployment_is_asked_for_as_the_vendor_documents_it(asking: Asking) -> None:
    observation, script = await asking(Level.ANSWERS, SAMPLE.whole, model_id="our deployment")
    [seen] = script.seen
    path = "/openai/deployments/our%20deployment/chat/completions?api-version=2024-10-21"
    assert seen.line == f"POST {path}"
    assert seen.headers["api-key"] == CREDENTIAL.secret
    assert "authorization" not in seen.headers
    assert (observation.cause, observation.served_model) == (Cause.OK, SAMPLE.model)


async def test_the_newer_surface_wants_no_version(asking: Asking) -> None:
    _, script = await asking(Level.ANSWERS, SAMPLE.whole, at="/openai/v1/")
    assert script.seen[0].line == "POST /openai/v1/chat/completions"
    assert script.seen[0].body["model"] == SAMPLE.model


@pytest.mark.parametrize(("serves", "cause"), [((), Cause.OK), (("gpt-4.1*",), Cause.OK), (("o3",), Cause.SUBSTITUTED)])
async def test_a_deployment_serves_what_it_is_said_to(asking: Asking, serves: tuple[str, ...], cause: Cause) -> None:
    observation, _ = await asking(Level.ANSWERS, SAMPLE.whole, model_id="ours", serves=serves)
    assert observation.cause is cause


@pytest.mark.parametrize(
    ("at", "line"), [("", "GET /openai/models?api-version=2024-10-21"), ("/openai/v1", "GET /openai/v1/models")]
)
async def test_the_list_tells_of_models_and_not_of_deployments(asking: Asking, at: str, line: str) -> None:
    listing = says({"data": [{"id": "gpt-4.1", "lifecycle_status": "generally-available"}]})
    observation, script = await asking(Level.LISTED, listing, at=at, model_id="gpt-4.1")
    assert script.seen[0].line == line
    assert observation.lifecycle is Lifecycle.LISTED
    unnamed, _ = await asking(Level.LISTED, listing, model_id="ours")
    assert (unnamed.cause, unnamed.lifecycle) == (Cause.OK, None)


async def test_a_missing_deployment_is_a_missing_model(asking: Asking) -> None:
    message = "The API deployment for this resource does not exist."
    error = {"error": {"code": "DeploymentNotFound", "message": message}}
    observation, _ = await asking(Level.ANSWERS, says(error, status="404 Not Found"))
    assert observation.cause is Cause.MODEL_NOT_FOUND
