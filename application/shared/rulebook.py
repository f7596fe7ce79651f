"""The policies of all contexts, as one value with a version."""

from attrs import field, frozen

from domain.billing.policy import BillingPolicy
from domain.conversations.policy import ConversationPolicy
from domain.identity.policy import IdentityPolicy
from domain.personas.policy import PersonaPolicy
from domain.referrals.policy import ReferralPolicy
from domain.shared.tier_limits import TierCatalogue
from domain.streaks.policy import StreakPolicy
from domain.usage.policy import UsagePolicy
from domain.video.policy import VideoPolicy


@frozen(kw_only=True)
class Policies:
    """Every number that a business may tune, by context."""

    identity: IdentityPolicy = field(factory=IdentityPolicy)
    conversations: ConversationPolicy = field(factory=ConversationPolicy)
    video: VideoPolicy = field(factory=VideoPolicy)
    streaks: StreakPolicy = field(factory=StreakPolicy)
    usage: UsagePolicy = field(factory=UsagePolicy)
    referrals: ReferralPolicy = field(factory=ReferralPolicy)
    billing: BillingPolicy = field(factory=BillingPolicy)
    personas: PersonaPolicy = field(factory=PersonaPolicy)
    tiers: TierCatalogue = field(factory=TierCatalogue)


@frozen
class Rulebook:
    """The policies in force.

    Attributes:
        policies: The numbers.
        version: A hash of the numbers; every stored decision names it.
    """

    policies: Policies
    version: str
