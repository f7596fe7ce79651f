"""The ASGI application."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version

from litestar import Controller, Litestar
from litestar.datastructures import State
from litestar.types import ASGIApp

from entrypoints.http import health, schema
from entrypoints.http.admission import admit
from entrypoints.http.clients import behind_proxies
from entrypoints.http.clock import ClockRoutes
from entrypoints.http.conversations import ConversationRoutes
from entrypoints.http.crowd import Crowd
from entrypoints.http.describe import describe
from entrypoints.http.errors import to_problem
from entrypoints.http.google import GoogleRoutes
from entrypoints.http.learning import LearningRoutes
from entrypoints.http.limits import MAX_BODY_BYTES
from entrypoints.http.logs import configure_logs
from entrypoints.http.me import MeRoutes
from entrypoints.http.messages import MessageRoutes
from entrypoints.http.methods import Methods
from entrypoints.http.personal_data import PersonalDataRoutes
from entrypoints.http.persons import PersonRoutes
from entrypoints.http.reports import ReportRoutes
from entrypoints.http.request_log import RequestLog
from entrypoints.http.sign_in import SignInRoutes
from entrypoints.http.tokens import TokenRoutes
from entrypoints.http.video import VideoRoutes
from entrypoints.wiring.kithkin import Kithkin


def create_app(kithkin: Kithkin) -> ASGIApp:
    """Serve a wired application over HTTP; it is opened and closed with the server."""
    configure_logs(kithkin.settings.log_format)

    @asynccontextmanager
    async def opened(_: Litestar) -> AsyncIterator[None]:
        await kithkin.open()
        try:
            yield
        finally:
            await kithkin.close()

    app = Litestar(
        route_handlers=[*_controllers(kithkin), health.live, health.ready, schema.asset],
        state=State({"kithkin": kithkin}),
        lifespan=[opened],
        before_request=admit,
        exception_handlers={Exception: to_problem},
        openapi_config=schema.openapi_config(version("kithkin")),
        request_max_body_size=MAX_BODY_BYTES,
        logging_config=None,
    )
    describe(app.openapi_schema, app.routes)
    return behind_proxies(RequestLog(Crowd(Methods(app))), kithkin.settings.trusted_proxies)


def _controllers(kithkin: Kithkin) -> list[type[Controller]]:
    controllers: list[type[Controller]] = [
        PersonRoutes,
        LearningRoutes,
        PersonalDataRoutes,
        ReportRoutes,
        ConversationRoutes,
        MessageRoutes,
        VideoRoutes,
        SignInRoutes,
        MeRoutes,
        TokenRoutes,
        GoogleRoutes,
    ]
    return [*controllers, ClockRoutes] if kithkin.settings.test_clock else controllers
