"""What can be done in the simulation with what is sold, referrals and companions.

What was made goes by the number in which it was met, as everywhere in the simulation.
"""

from attrs import frozen


@frozen
class Quote:
    person: int
    item: str
    currency: str


@frozen
class Checkout:
    quote: int


@frozen
class AtBank:
    """Somebody does something on the page of an order, or the bank does it by itself."""

    payment: int
    action: str
    card: str


@frozen
class BankTells:
    """A notification of the bank's arrives: the first time, again, or late.

    Attributes:
        news: Which one, by the order in which things happened there.
        how: `true`; `short`, which says that less was paid; or `forged`, signed by somebody else.
    """

    news: int
    how: str


@frozen
class Refund:
    payment: int
    amount: int | None


@frozen
class ChangePlan:
    person: int
    item: str


@frozen
class CancelPlan:
    person: int


@frozen
class ResumePlan:
    person: int


@frozen
class GiveCredit:
    person: int
    amount: int
    currency: str


@frozen
class Reconcile:
    pass


@frozen
class AskEntitlements:
    person: int


@frozen
class AskPurchases:
    person: int


@frozen
class MakeCode:
    person: int
    replace: bool


@frozen
class DropCode:
    person: int


@frozen
class Invite:
    person: int
    method: str


@frozen
class Redeem:
    """A code is entered, or the token of an invite, by their numbers."""

    person: int
    code: int | None
    invite: int | None
    device: str | None


@frozen
class Review:
    referral: int
    approve: bool


@frozen
class ClaimReward:
    person: int
    reward: int


@frozen
class AskReferrals:
    person: int


@frozen
class OpenCompanion:
    person: int
    baseline: str


@frozen
class ChoosePersona:
    person: int
    baseline: str
    warmth: int | None


@frozen
class Talk:
    person: int
    text: str


@frozen
class EndTalk:
    person: int


@frozen
class TellCall:
    """A call with a companion is over: how long it was, and what the person said."""

    person: int
    seconds: int
    said: tuple[str, ...]


@frozen
class DeleteObservation:
    person: int
    observation: int


@frozen
class ForgetMe:
    person: int


@frozen
class AskKnown:
    person: int


@frozen
class Spend:
    """A session of somebody who buys: `start`, `beat`, `extend` or `settle`."""

    what: str
    person: int
    session: int


ShopCommand = (
    Quote
    | Checkout
    | AtBank
    | BankTells
    | Refund
    | ChangePlan
    | CancelPlan
    | ResumePlan
    | GiveCredit
    | Reconcile
    | AskEntitlements
    | AskPurchases
)
ReferralCommand = MakeCode | DropCode | Invite | Redeem | Review | ClaimReward | AskReferrals
CompanionCommand = (
    OpenCompanion
    | ChoosePersona
    | Talk
    | EndTalk
    | TellCall
    | DeleteObservation
    | ForgetMe
    | AskKnown
)
WholeCommand = ShopCommand | ReferralCommand | CompanionCommand | Spend
