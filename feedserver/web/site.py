"""The table of routes: what stands at which address."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from aiohttp import web

from feedserver.http.access_log import SUBJECT, subject
from feedserver.http.client import Proxies
from feedserver.http.errors import ErrorAnswers
from feedserver.http.gate import READ_METHODS, Gate, Handler
from feedserver.http.headers import HTML, IMMUTABLE, HeaderPolicy
from feedserver.http.templates import Templates, assets_of
from feedserver.languages.catalogue import Languages
from feedserver.model.clock import Clock
from feedserver.services.agenda import AgendaService
from feedserver.services.feeds import FeedService
from feedserver.services.links import Links
from feedserver.services.usage import UsageService
from feedserver.web.account import AccountFace
from feedserver.web.door import Door
from feedserver.web.embed import EmbedFace
from feedserver.web.embed_page import EmbedPage
from feedserver.web.feeds import FeedFace
from feedserver.web.negotiation import FeedOptions
from feedserver.web.page import ROBOTS, Pages
from feedserver.web.page_answers import PageAnswers
from feedserver.web.personal.desk import PersonalServices, make_desk
from feedserver.web.personal.reception import Reception
from feedserver.web.personal.routes import BY_PATH
from feedserver.web.share_page import SharePage
from feedserver.web.subscribing import SubscribeFace

_LANDING = subject("landing")


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteOptions:
    """What the deployment decides about its HTTP face."""

    proxies: Proxies
    feeds: FeedOptions
    is_cors_on: bool = True
    organisation: str = ""
    """Who runs this server, as its pages name it; empty when it has not been told."""


MakeAdmin = Callable[[Gate, HeaderPolicy], web.Application]
"""Makes the admin page, a guest in this site that is built elsewhere, behind the site's own gate and headers."""


def make_site(
    *,
    feeds: FeedService,
    agenda: AgendaService,
    languages: Languages,
    links: Links,
    clock: Clock,
    options: SiteOptions,
    usage: UsageService,
    personal: PersonalServices | None = None,
    admin: MakeAdmin | None = None,
) -> web.Application:
    """The application of the public faces. Every address not named here answers as a forged link does."""
    policy = HeaderPolicy(is_https=links.is_https, is_cors_on=options.is_cors_on)
    errors = ErrorAnswers(policy)
    root = urlsplit(links.base_url).path.rstrip("/")
    assets = assets_of("feedserver.web", "/static/")
    templates = Templates("feedserver.web", root=root, assets=assets)
    pages = Pages(templates, organisation=options.organisation)
    gate = Gate(base_url=links.base_url, policy=policy, errors=errors, proxies=options.proxies)
    door = Door(feeds, usage=usage, proxies=options.proxies, policy=policy, errors=errors)
    page_answers = PageAnswers(pages, languages=languages, policy=policy, errors=errors, options=options.feeds)
    face = FeedFace(
        feeds,
        door=door,
        page_answers=page_answers,
        share_page=SharePage(templates, agenda=agenda, links=links, clock=clock, organisation=options.organisation),
        clock=clock,
        policy=policy,
        errors=errors,
        options=options.feeds,
    )
    embed_page = EmbedPage(templates, agenda=agenda, links=links, clock=clock, organisation=options.organisation)
    embedding = EmbedFace(door=door, page=embed_page, page_answers=page_answers)
    subscribing = SubscribeFace(
        feeds,
        door=door,
        page_answers=page_answers,
        links=links,
        policy=policy,
        templates=templates,
        organisation=options.organisation,
    )
    app = web.Application()
    add = app.router.add_route
    add("*", r"/s/{token}/{slug:[^/]+\.ics}", gate.guard(face.feed))
    add("*", r"/s/{token}/{slug:[^/]+\.ifb}", gate.guard(face.busy))
    add("*", r"/s/{token}/download/{slug:[^/]+\.ics}", gate.guard(face.download))
    add("*", r"/s/{token}/{slug:[^/]+\.mobileconfig}", gate.guard(subscribing.mobileconfig))
    add("*", "/s/{token}/qr.svg", gate.guard(subscribing.qr))
    add("*", "/s/{token}/subscribe/", gate.guard(subscribing.page))
    add("*", "/s/{token}/embed/", gate.guard(embedding.page))
    add("*", "/s/{token}/", gate.guard(face.page))
    add("*", "/s/{token}", gate.guard(face.page))
    add("*", "/", gate.guard(_landing(pages, languages, policy, errors)))
    add("*", "/robots.txt", gate.constant("robots", policy.answer(200, ROBOTS)))
    add("*", "/healthz", gate.constant("health", policy.answer(200, b"ok\n")))
    for name, asset in assets.items():
        answer = policy.answer(200, asset.body, content_type=asset.content_type, cache_control=IMMUTABLE)
        add("*", f"/static/{name}", gate.constant("static", answer))
    if personal is not None:
        desk = make_desk(
            personal,
            feeds=feeds,
            clock=clock,
            templates=templates,
            policy=policy,
            proxies=options.proxies,
            base_url=links.base_url,
        )
        add("*", "/account/password/{token}", gate.guard(AccountFace(desk, errors).password))
        reception = Reception(desk, errors)
        for path, routes in BY_PATH:
            add("*", path, gate.guard(reception.handler(routes)))
    if admin is not None:
        add("*", "/admin", gate.constant("admin", policy.answer(308, headers=(("Location", f"{root}/admin/"),))))
        app.add_subapp("/admin/", admin(gate, policy))
    add("*", r"/{rest:[\s\S]*}", gate.nothing_here())
    return app


def _landing(pages: Pages, languages: Languages, policy: HeaderPolicy, errors: ErrorAnswers) -> Handler:
    """The page at `/`, which tells nothing about what is shared."""

    async def face(request: web.Request) -> web.StreamResponse:
        request[SUBJECT] = _LANDING
        if request.method not in ("GET", "HEAD"):
            return errors.wrong_method(READ_METHODS).to(request)
        language = languages.chosen(None, request.headers.get("Accept-Language", ""))
        vary = (("Vary", "Accept-Language"),)
        return policy.answer(200, pages.landing(language), content_type=HTML, headers=vary).to(request)

    return face
