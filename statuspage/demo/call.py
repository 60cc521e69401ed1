"""One call to a simulated API, decided without any I/O: the state and the request in, a reply out."""

from __future__ import annotations

from dataclasses import dataclass, replace

import orjson

from statuspage.demo.catalogue import CLASS_BY_KEY, MODEL_BY_ID, MODELS, Model, Provider, UserClass, by_design, model_of
from statuspage.demo.reply import Asked, BadRequest, Reply, Shape
from statuspage.demo.signals import CORPUS_REQUEST_ID, SIGNALS, render
from statuspage.demo.state import Conduct, State, behaviour


class Refusal(Exception):
    """The call ends here, with this reply."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(reply.status)
        self.reply = reply


@dataclass(frozen=True, slots=True)
class Call:
    """Who asks which provider, in which state of the world, and how that provider says things."""

    provider: Provider
    shape: Shape
    key: str | None
    request_id: str
    state: State

    def complete(self, body: bytes) -> Reply:
        """Ask for the model's output."""
        try:
            user_class = self._admit()
            asked = self._read(body)
            model = self._model(asked.model_id)
            output = self.shape.output(asked, self._served(model, asked.model_id, user_class))
        except Refusal as refusal:
            return refusal.reply
        delay = self.state.first_token + self.state.slow.get(model.id, 0.0)
        return replace(output, delay=delay, pause=self.state.between_tokens)

    def accept(self, body: bytes, accepted: Reply) -> Reply:
        """Ask for something that needs the model's permission but not the model."""
        try:
            user_class = self._admit()
            asked = self._read(body, max_tokens=1)
            self._served(self._model(asked.model_id), asked.model_id, user_class)
        except Refusal as refusal:
            return refusal.reply
        return accepted

    def list_models(self) -> Reply:
        """Ask which models there are; a withdrawn one is still listed."""
        try:
            return self.shape.listing(self._visible(self._admit()), self.state)
        except Refusal as refusal:
            return refusal.reply

    def describe(self, model_id: str) -> Reply:
        """Ask for one entry of the list."""
        try:
            visible = self._visible(self._admit())
            model = self._model(model_id)
        except Refusal as refusal:
            return refusal.reply
        return self.shape.entry(model, self.state) if model in visible else self.shape.unknown_model(model_id)

    def _admit(self) -> UserClass:
        status = self.state.outages.get(self.provider.id)
        if status:
            raise Refusal(self.shape.outage(status))
        user_class = CLASS_BY_KEY.get(self.key or "")
        if user_class is None:
            raise Refusal(self.shape.unauthorised(presented=bool(self.key)))
        return user_class

    def _read(self, body: bytes, **defaults: object) -> Asked:
        try:
            content = orjson.loads(body)
            if not isinstance(content, dict):
                raise BadRequest("the body must be a JSON object")
            return self.shape.read(defaults | content)
        except (orjson.JSONDecodeError, BadRequest) as error:
            raise Refusal(self.shape.bad_request(str(error))) from error

    def _model(self, model_id: str) -> Model:
        model = model_of(self.provider, model_id)
        if model is None:
            raise Refusal(self.shape.unknown_model(model_id))
        return model

    def _served(self, model: Model, model_id: str, user_class: UserClass) -> str:
        """The id of the model that really answers; raises the refusal of those who may not use it."""
        how = behaviour(self.state, self.provider.id, model.id, user_class.id)
        match how.conduct:
            case Conduct.POLICY:
                raise Refusal(self.shape.policy())
            case Conduct.ENTITLEMENT:
                raise Refusal(self.shape.entitlement(model_id))
            case Conduct.SIGNAL:
                raise Refusal(self._signal(how.value, model, model_id))
            case Conduct.SUBSTITUTE:
                return self.provider.served_id(MODEL_BY_ID[how.value])
            case _:
                return self.provider.served_id(model)

    def _signal(self, signal_id: str, model: Model, model_id: str) -> Reply:
        signal = SIGNALS[signal_id]
        numbered = {"request-id": self.request_id} if CORPUS_REQUEST_ID in signal.body else {}
        headers = {"content-type": signal.content_type, **numbered, **signal.headers}
        return Reply(signal.status, render(signal, model, model_id, self.request_id).encode(), headers)

    def _visible(self, user_class: UserClass) -> list[Model]:
        return [model for model in MODELS if self._may_see(model, user_class)]

    def _may_see(self, model: Model, user_class: UserClass) -> bool:
        how = behaviour(self.state, self.provider.id, model.id, user_class.id)
        return by_design(model, user_class) != "entitlement" or how.conduct is Conduct.OPENED
