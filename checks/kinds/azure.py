"""Ask Azure OpenAI: deployments that speak Chat Completions, under the customer's own names for them."""

from __future__ import annotations

from checks.concessions import Conceded
from checks.dialect import Question, segment
from checks.kinds.openai import OpenAI
from checks.observation import Observation
from checks.target import Target

API_VERSION = "2024-10-21"
NEWER_SURFACE = "/openai/v1"


class Azure(OpenAI):
    """Checks of an Azure OpenAI resource; ``base_url`` is the resource's address, or that with ``/openai/v1``.

    The list holds base models and not deployments: it tells something only of a deployment that has a model's name.
    """

    dialect = "azure"
    key_header = "api-key"
    key_prefix = ""

    async def listed(self, target: Target) -> Observation:
        """Look for a base model of the deployment's name."""
        path = "/models" if _is_newer(target) else f"/openai/models?api-version={API_VERSION}"
        return await self.catalogue(target, path, "data", without=None)

    def question(self, target: Target, conceded: Conceded) -> Question:
        """A streamed completion of the deployment."""
        path, body = super().question(target, conceded)
        if not _is_newer(target):
            deployment = segment(target.provider_model_id)
            path = f"/openai/deployments/{deployment}{path}?api-version={API_VERSION}"
        return path, body


def _is_newer(target: Target) -> bool:
    return target.base_url.rstrip("/").endswith(NEWER_SURFACE)
