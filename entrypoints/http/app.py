"""The ASGI application."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from importlib.metadata import version

from litestar import Controller, Litestar
from litestar.datastructures import State
from litestar.types import ASGIApp, ControllerRouterHandler

from entrypoints.http import health, schema
from entrypoints.http.account_credit import AccountCreditRoutes
from entrypoints.http.achievements import AchievementRoutes
from entrypoints.http.admission import Admission
from entrypoints.http.awards import AwardRoutes
from entrypoints.http.catalogue import CatalogueRoutes
from entrypoints.http.clients import behind_proxies
from entrypoints.http.clock import ClockRoutes
from entrypoints.http.companions import CompanionRoutes
from entrypoints.http.conversations import ConversationRoutes
from entrypoints.http.cors import Preflights, cors_config
from entrypoints.http.crowd import Crowd
from entrypoints.http.entitlements import EntitlementRoutes
from entrypoints.http.errors import to_problem
from entrypoints.http.events import EventRoutes
from entrypoints.http.google import GoogleRoutes
from entrypoints.http.learning import LearningRoutes
from entrypoints.http.limits import MAX_BODY_BYTES
from entrypoints.http.logs import configure_logs
from entrypoints.http.me import MeRoutes
from entrypoints.http.messages import MessageRoutes
from entrypoints.http.methods import Methods
from entrypoints.http.metrics import metrics, sampled
from entrypoints.http.pace import pace_of
from entrypoints.http.payments import PaymentRoutes, PaymentWebhookRoutes
from entrypoints.http.personal_data import PersonalDataRoutes
from entrypoints.http.personas import PersonaRoutes
from entrypoints.http.persons import PersonRoutes
from entrypoints.http.prompts import PromptRoutes
from entrypoints.http.receipts import ReceiptRoutes
from entrypoints.http.referral_analytics import ReferralAnalyticsRoutes
from entrypoints.http.referral_rewards import ReferralRewardRoutes
from entrypoints.http.referrals import ReferralRoutes
from entrypoints.http.replies import Replies
from entrypoints.http.reports import ReportRoutes
from entrypoints.http.request_log import RequestLog
from entrypoints.http.revenue import RevenueRoutes
from entrypoints.http.rewards import RewardRoutes
from entrypoints.http.sandbox import SandboxRoutes
from entrypoints.http.security import SecurityHeaders
from entrypoints.http.sign_in import SignInRoutes
from entrypoints.http.stopping import told_to_stop
from entrypoints.http.streaks import StreakRoutes
from entrypoints.http.streams import Streams
from entrypoints.http.subscriptions import SubscriptionRoutes
from entrypoints.http.tokens import TokenRoutes
from entrypoints.http.usage import UsageRoutes
from entrypoints.http.video import VideoRoutes
from entrypoints.http.video_credits import VideoCreditRoutes
from entrypoints.http.video_messages import VideoMessageRoutes
from entrypoints.http.webhooks import WebhookRoutes
from entrypoints.payment_settings import PaymentProviderName
from entrypoints.settings import Settings
from entrypoints.wiring.kithkin import Kithkin
from entrypoints.wiring.tracing import send_last_spans, start_tracing
from entrypoints.worker.host import services_beside


def create_app(kithkin: Kithkin) -> ASGIApp:
    """Serve a wired application over HTTP; it is opened and closed with the server.

    Raises:
        SettingsError: Traces are wanted, and the libraries for them are not installed.
    """
    settings = kithkin.settings
    configure_logs(settings.log_format)
    cors = cors_config(settings)
    streams, replies = Streams(kithkin), Replies(kithkin)

    def end() -> None:
        streams.end()
        replies.end()

    @asynccontextmanager
    async def opened(_: Litestar) -> AsyncIterator[None]:
        await kithkin.open()
        try:
            async with AsyncExitStack() as beside:
                await beside.enter_async_context(sampled(kithkin))
                if settings.embedded_worker:
                    await beside.enter_async_context(services_beside(kithkin))
                beside.push_async_callback(streams.close)
                beside.push_async_callback(replies.close)
                beside.enter_context(told_to_stop(end))
                yield
        finally:
            await kithkin.close()
            if settings.tracing:
                await send_last_spans()

    admit = _admission(settings).admit
    app = Litestar(
        route_handlers=_routes(settings),
        state=State({"kithkin": kithkin, "streams": streams, "replies": replies}),
        lifespan=[opened],
        before_request=admit,
        exception_handlers={Exception: to_problem},
        openapi_config=schema.openapi_config(version("kithkin"), admit),
        cors_config=cors,
        request_max_body_size=MAX_BODY_BYTES,
        logging_config=None,
    )
    inside = Crowd(Methods(app) if cors is None else Preflights(Methods(app), cors))
    security = SecurityHeaders(settings.hsts_seconds)
    served = RequestLog(_traced(inside, settings), kithkin.figures, security)
    return behind_proxies(served, settings.trusted_proxies)


def _routes(settings: Settings) -> list[ControllerRouterHandler]:
    controllers: list[type[Controller]] = [
        PersonRoutes,
        LearningRoutes,
        PersonalDataRoutes,
        ReportRoutes,
        ConversationRoutes,
        MessageRoutes,
        VideoRoutes,
        VideoMessageRoutes,
        VideoCreditRoutes,
        PromptRoutes,
        RewardRoutes,
        StreakRoutes,
        AchievementRoutes,
        AwardRoutes,
        UsageRoutes,
        ReferralRoutes,
        ReferralRewardRoutes,
        ReferralAnalyticsRoutes,
        CatalogueRoutes,
        AccountCreditRoutes,
        RevenueRoutes,
        ReceiptRoutes,
        EntitlementRoutes,
        PaymentRoutes,
        PaymentWebhookRoutes,
        SubscriptionRoutes,
        CompanionRoutes,
        PersonaRoutes,
        EventRoutes,
        WebhookRoutes,
        SignInRoutes,
        MeRoutes,
        TokenRoutes,
        GoogleRoutes,
    ]
    if settings.test_clock:
        controllers.append(ClockRoutes)
    if settings.payment_provider is PaymentProviderName.SANDBOX:
        controllers.append(SandboxRoutes)
    routes: list[ControllerRouterHandler] = [*controllers, health.live, health.ready, schema.asset]
    return [*routes, metrics] if settings.metrics else routes


def _admission(settings: Settings) -> Admission:
    return Admission(
        addresses=pace_of(settings.address_requests_per_minute, settings.workers),
        keys=pace_of(settings.key_requests_per_minute, settings.workers),
    )


def _traced(app: ASGIApp, settings: Settings) -> ASGIApp:
    if not settings.tracing:
        return app
    start_tracing()
    # An optional part of the installation.
    from entrypoints.http.tracing import Traced  # noqa: PLC0415

    return Traced(app)
