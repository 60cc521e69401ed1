"""The one guard of the staff area: who is there, whether they may, and whether one of our own forms says so."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import parse_qs, quote, urlencode

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, compile_path
from starlette.types import Message

from statuspage.core.allowance import Allowance
from statuspage.core.session import proof, proves
from statuspage.core.snapshot import Snapshot
from statuspage.core.staff import Action, Actor, require
from statuspage.errors import Forbidden, Invalid, StatuspageError, TooSoon, Unauthorized
from statuspage.ports import Clock
from statuspage.services.sign_in import SignedIn, SignIn
from statuspage.services.tokens import Tokens
from statuspage.site.staff import Visitor
from statuspage.web import problems
from statuspage.web.bodies import body_of
from statuspage.web.limits import Limit, address_of
from statuspage.web.staff.cookies import Jar
from statuspage.web.staff.origin import came_from, channel, from_our_page
from statuspage.web.staff.showing import Visit, private, seeing, show, sign_in_form

LARGEST = 256 * 1024
MOST_KEPT = 64 * 1024
SAFE = frozenset({"GET", "HEAD"})
ASKING = Allowance(600, timedelta(minutes=1))
FORGED = "this was not sent by a form of these pages; load the page again"
PROVE_YOURSELF = "send a token of staff: Authorization: Bearer sta_…"

Handler = Callable[[Request, Actor], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Rule:
    """One route and the least that it takes: None lets in whoever is signed in.

    ``early`` also lets in those who have to choose a password of their own first. What is typed into a form that is
    ``kept`` survives the end of a session; of every other one, a password's above all, nothing is kept anywhere.
    """

    path: str
    handler: Handler
    action: Action | None = None
    methods: tuple[str, ...] = ("GET",)
    early: bool = False
    kept: bool = False


def keeps(rules: Iterable[Rule], path: str) -> bool:
    """Whether the form at a path is one that is kept."""
    return matches((rule for rule in rules if rule.kept), path)


def matches(rules: Iterable[Rule], path: str) -> bool:
    """Whether a path is that of one of these rules."""
    return any(compile_path(rule.path)[0].match(path) for rule in rules)


@dataclass
class Guard:
    """Lets in who may, and nobody else."""

    sign_in: SignIn
    tokens: Tokens
    current: Callable[[], Snapshot]
    clock: Clock
    paths: frozenset[str] = frozenset()
    kept: tuple[Rule, ...] = ()
    read: tuple[Rule, ...] = ()
    asking: Limit = field(init=False)

    def __post_init__(self) -> None:
        self.asking = Limit(ASKING, self.clock, f"{ASKING.count} a minute from one address")

    def page(self, rule: Rule) -> Route:
        """A route of the pages: sessions alone open it."""

        async def guarded(request: Request) -> Response:
            request.state.visit = Visit(self.current())
            try:
                return private(await self._page(rule, request), "text/html")
            except (StatuspageError, HTTPException) as error:
                return await _problem(request, error)

        return Route(rule.path, guarded, methods=list(rule.methods))

    def api(self, rule: Rule) -> Route:
        """A route of the API: tokens open it, and sessions with the proof of their own pages."""

        async def guarded(request: Request) -> Response:
            self.asking.take(address_of(request))
            actor = await self._caller(request)
            if rule.action is not None:
                require(actor, rule.action)
            return private(await rule.handler(request, actor), "application/json")

        return Route(rule.path, guarded, methods=list(rule.methods))

    async def _page(self, rule: Rule, request: Request) -> Response:
        if request.method not in SAFE:
            if not from_our_page(request, self.current().site.url):
                raise Forbidden(FORGED)
            request, form = await read_form(request, LARGEST)
        signed_in = await self.signed_in(request)
        if signed_in is None:
            return self._enter(request, rule, {} if request.method in SAFE else form)
        visitor = Visitor(signed_in.actor, proof(signed_in.secret), signed_in.must_change, self.paths)
        request.state.visit = Visit(self.current(), visitor, signed_in)
        if request.method not in SAFE and not proves(form.get("csrf", [""])[-1], signed_in.secret):
            raise Forbidden(FORGED)
        if signed_in.must_change and not rule.early:
            return seeing(request, "/staff/account")
        if rule.action is not None:
            require(signed_in.actor, rule.action)
        return await rule.handler(request, signed_in.actor)

    def page_of(self, path: str, came_from: str = "") -> str:
        """The page that holds the form at a path: that path if it can be read, else the page that the form was sent
        from, else the nearest one above."""
        plain = path.partition("?")[0]
        above = [plain.rsplit("/", cut)[0] for cut in range(1, plain.count("/"))]
        for one in (path, came_from, *above):
            if matches(self.read, one.partition("?")[0]):
                return one
        return "/staff"

    def _enter(self, request: Request, rule: Rule, form: dict[str, list[str]]) -> Response:
        """Ask a stranger to sign in; what was typed into a form that is kept comes along, so that no text is lost when
        a session has ended."""
        query = f"?{request.url.query}" if request.url.query else ""
        path = request.url.path.removeprefix(request.scope.get("root_path", ""))
        if request.method in SAFE:
            return seeing(request, f"/staff/sign-in?next={quote(path + query, safe='/')}")
        if not rule.kept:
            page = self.page_of(path, came_from(request, self.current().site.url))
            return sign_in_form(request, page, status=401, lost="unsent")
        kept = urlencode({name: said for name, said in form.items() if name != "csrf"}, doseq=True)
        fits = len(kept) <= MOST_KEPT
        return sign_in_form(request, path, kept if fits else "", status=401, lost="" if fits else "long")

    async def signed_in(self, request: Request) -> SignedIn | None:
        """Whose session the request carries, as long as it lasts."""
        jar = Jar.of(channel(request, self.current().site.url))
        secret = jar.session(request)
        return await self.sign_in.authenticated(secret) if secret else None

    async def _caller(self, request: Request) -> Actor:
        scheme, _, secret = request.headers.get("authorization", "").partition(" ")
        if scheme:
            if scheme.lower() != "bearer" or not secret.strip():
                raise Unauthorized(PROVE_YOURSELF)
            return await self.tokens.authenticated(secret.strip())
        signed_in = await self.signed_in(request)
        if signed_in is None:
            raise Unauthorized(PROVE_YOURSELF)
        ours = from_our_page(request, self.current().site.url)
        if not ours or not proves(request.headers.get("x-csrf-token", ""), signed_in.secret):
            raise Forbidden("a session needs the header X-CSRF-Token, from a page of ours; programs use a token")
        if signed_in.must_change:
            raise Forbidden("choose a password of your own first, at /staff/account")
        return signed_in.actor


async def read_form(request: Request, largest: int) -> tuple[Request, dict[str, list[str]]]:
    """The fields of a posted form, and the request with a body that can be read again."""
    body = await body_of(request, largest, "form")

    async def again() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    try:
        form = parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=2000)
    except ValueError:
        raise HTTPException(400, "the form has too many fields") from None
    return Request(request.scope, again), form


async def _problem(request: Request, error: Exception) -> Response:
    """A problem as a page, with the status that the API would give."""
    ours = isinstance(error, StatuspageError)
    said = await (problems.on_our_error if ours else problems.on_http_error)(request, error)
    mistakes = error.mistakes if isinstance(error, Invalid) else ()
    detail = str(error.detail if isinstance(error, HTTPException) else error)
    page = show(request, "staff/problem.html", status=said.status_code, detail=detail, mistakes=mistakes)
    if isinstance(error, TooSoon):
        page.headers["retry-after"] = said.headers["retry-after"]
    return page
