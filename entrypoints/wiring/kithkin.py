"""The wired application, on PostgreSQL or in memory."""

from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING

from attrs import frozen
from dependency_injector.providers import Callable as Called
from dependency_injector.providers import Object, Singleton

from adapters.rulebook import read_rulebook
from application.shared.clock import Clock
from application.shared.job_ports import QueueUnavailableError
from application.shared.rulebook import Rulebook
from entrypoints.settings import Settings
from entrypoints.wiring.achievements import Achievements
from entrypoints.wiring.billing import Billing
from entrypoints.wiring.conversations import Conversations
from entrypoints.wiring.events import Events
from entrypoints.wiring.figures import Figures
from entrypoints.wiring.identity import Identity
from entrypoints.wiring.jobs import Jobs
from entrypoints.wiring.llm import Llms, llm_of, within_budget
from entrypoints.wiring.payments import Payments
from entrypoints.wiring.pepper import pepper
from entrypoints.wiring.personas import Personas
from entrypoints.wiring.reactions import Reactions
from entrypoints.wiring.referrals import Referrals
from entrypoints.wiring.shared import Shared
from entrypoints.wiring.shop import Shop
from entrypoints.wiring.sign_in import SignIn, google_of, mailer_of
from entrypoints.wiring.streaks import Streaks
from entrypoints.wiring.tracing import traced_connection
from entrypoints.wiring.usage import Usage
from entrypoints.wiring.video import Video

# A process runs on one of the two: what only the other needs is not imported.
if TYPE_CHECKING:
    from entrypoints.wiring.memory import MemoryPorts
    from entrypoints.wiring.postgres import PostgresPorts


@frozen
class Kithkin:
    """Everything that can be asked of Kithkin, by context.

    Attributes:
        settings: How it runs.
        rulebook: The policies in force.
        ports: The adapters, by port.
        shared: Use cases that belong to no context.
        identity: Use cases about persons.
        sign_in: Use cases about signing in.
        conversations: Use cases about conversations.
        video: Use cases about video calls.
        streaks: Use cases about streaks.
        achievements: Use cases about achievements.
        reactions: What contexts make of the events of others.
        usage: Use cases about usage.
        referrals: Use cases about referrals.
        payments: The payment providers.
        billing: Use cases about payments, subscriptions and plans.
        shop: Use cases about what is sold.
        personas: Use cases about companions.
        llm: The language model that they talk by.
        jobs: Use cases about jobs.
        events: Use cases about events on their way out.
    """

    settings: Settings
    rulebook: Rulebook
    ports: "PostgresPorts | MemoryPorts"
    shared: Shared
    identity: Identity
    sign_in: SignIn
    conversations: Conversations
    video: Video
    streaks: Streaks
    achievements: Achievements
    reactions: Reactions
    usage: Usage
    referrals: Referrals
    payments: Payments
    billing: Billing
    shop: Shop
    personas: Personas
    llm: Llms
    jobs: Jobs
    events: Events

    @property
    def clock(self) -> Clock:
        """The time that everything runs on."""
        clock: Clock = self.ports.clock()
        return clock

    async def open(self) -> None:
        """Connect to the store, and publish there what achievements come with this release.

        Raises:
            StoreUnavailableError: It cannot be reached.
        """
        await self.ports.connection().open()
        if self.settings.test_clock:
            await self.ports.test_clock().start(await self.ports.real_clock().now())
        catalogue = self.ports.catalogue()(self.ports.new_id(), await self.clock.now())
        await self.achievements.publish_catalogue()(catalogue)

    @property
    def parts(self) -> Mapping[str, Callable[[], Awaitable[None]]]:
        """What is needed to serve, by name; each raises StoreUnavailableError where it is away."""
        return {**self.ports.connection().parts, "queue": self.check_queue}

    @property
    def figures(self) -> Figures:
        """What this process counts, for operators."""
        figures: Figures = self.ports.figures()
        return figures

    def sample(self) -> None:
        """Bring the figures up to date, those that are looked at and not counted too."""
        self.figures.pour()
        usage = self.ports.connection().usage
        if usage is not None:
            self.figures.connections(free=usage.free, lent=usage.lent, waiting=usage.waiting)

    async def check_queue(self) -> None:
        """Ask whether there is a queue for jobs.

        Raises:
            QueueUnavailableError: There is none.
            StoreUnavailableError: The store gives no answer.
        """
        if not await self.ports.job_queue().is_installed():
            raise QueueUnavailableError("the queue's tables are missing")

    async def close(self) -> None:
        """Let go of the store and of the language model."""
        await self.llm.close()
        await self.ports.connection().close()


def on_postgres(settings: Settings, url: str) -> Kithkin:
    """Wire Kithkin to a PostgreSQL database.

    Raises:
        RulebookError: The settings' rulebook cannot be taken.
    """
    from entrypoints.wiring.postgres import PostgresPorts  # noqa: PLC0415 - as above

    ports = PostgresPorts(
        url=Object(url),
        pool_size=Object(settings.pool_size),
        job_slots=Object(settings.job_slots),
    )
    if settings.tracing:
        ports.connection_class.override(Object(traced_connection()))
    return _wired(settings, ports)


def in_memory(settings: Settings | None = None) -> Kithkin:
    """Wire Kithkin to memory; by default with a clock that stands still until moved.

    Raises:
        RulebookError: The settings' rulebook cannot be taken.
    """
    from entrypoints.wiring.memory import MemoryPorts  # noqa: PLC0415 - as above

    return _wired(settings or Settings(memory=True, test_clock=True), MemoryPorts())


def _wired(settings: Settings, ports: "PostgresPorts | MemoryPorts") -> Kithkin:
    rulebook = read_rulebook(settings.rulebook)
    ports.rulebook.override(Object(rulebook))
    ports.pepper.override(Called(pepper, settings))
    if settings.test_clock:
        ports.clock.override(ports.test_clock)
    video = Video(ports=ports)
    usage = Usage(ports=ports)
    sign_in = SignIn(
        ports=ports, mailer=Object(mailer_of(settings)), google=Object(google_of(settings))
    )
    payments = Payments(ports=ports, settings=Object(settings))
    shop = Shop(ports=ports, video=video, payments=payments)
    billing = Billing(ports=ports, usage=usage, video=video, shop=shop, payments=payments)
    shop.billing.override(billing)
    streaks = Streaks(ports=ports)
    achievements = Achievements(ports=ports, streaks=streaks)
    referrals = Referrals(ports=ports, video=video, shop=shop, billing=billing)
    reactions = Reactions(
        ports=ports, streaks=streaks, achievements=achievements, shop=shop, referrals=referrals
    )
    events = Events(ports=ports, reactions=reactions, settings=Object(settings))
    llm = llm_of(settings)
    personas = Personas(
        ports=ports,
        usage=usage,
        language_model=Singleton(
            within_budget,
            llm=Object(llm),
            budget=ports.model_budget,
            figures=ports.figures,
            settings=Object(settings),
        ),
    )
    jobs = Jobs(
        ports=ports,
        video=video,
        events=events,
        sign_in=sign_in,
        achievements=achievements,
        usage=usage,
        billing=billing,
        referrals=referrals,
        personas=personas,
    )
    shared = Shared(ports=ports, jobs=jobs)
    return Kithkin(
        settings=settings,
        rulebook=rulebook,
        ports=ports,
        shared=shared,
        identity=Identity(
            ports=ports,
            video=video,
            sign_in=sign_in,
            reactions=reactions,
            usage=usage,
            billing=billing,
        ),
        sign_in=sign_in,
        conversations=Conversations(ports=ports, video=video, shared=shared),
        video=video,
        streaks=streaks,
        achievements=achievements,
        reactions=reactions,
        usage=usage,
        referrals=referrals,
        payments=payments,
        billing=billing,
        shop=shop,
        personas=personas,
        llm=llm,
        jobs=jobs,
        events=events,
    )
