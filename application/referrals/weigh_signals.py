"""What is known of two persons together: the signs that fraud shows by."""

from datetime import datetime, timedelta

from attrs import frozen

from application.referrals.ports import (
    FamilyTies,
    Party,
    ReferralBook,
    Trace,
    TraceKind,
    Traces,
)
from application.shared.rulebook import Rulebook
from domain.identity.pepper import Pepper
from domain.referrals.addresses import mail_domain, network_of, same_mailbox_key
from domain.referrals.redeeming import Signals
from domain.shared.ids import PersonId
from domain.shared.text import clean_line

DEVICE_MAX_CHARACTERS = 200
_ONE_DAY = timedelta(hours=24)


@frozen(kw_only=True)
class Whereabouts:
    """From where somebody enters a code, as far as the app says.

    Attributes:
        device: What their device is known by.
        network: The /24 or /48 they are in.
    """

    device: str | None
    network: str | None


_NOWHERE = Whereabouts(device=None, network=None)


def whereabouts(device: str | None, address: str | None) -> Whereabouts:
    """Give from where somebody enters a code.

    Raises:
        InvalidValueError: A text is malformed, or the address is none.
    """
    return Whereabouts(
        device=None
        if device is None
        else clean_line("device", device, max_characters=DEVICE_MAX_CHARACTERS),
        network=None if address is None else network_of("ip", address),
    )


@frozen
class SignalWeigher:
    """Collects what is known of referrer and referee; what nobody supplies is not so."""

    traces: Traces
    families: FamilyTies
    book: ReferralBook
    pepper: Pepper
    rulebook: Rulebook

    async def __call__(
        self, referrer: Party, referee: Party, where: Whereabouts, now: datetime
    ) -> Signals:
        """Give the signs, at the instant at which a code is entered."""
        seen = self.traces_of(referee, where)
        own = set(self.traces_of(referrer, _NOWHERE))
        found = await self.traces.shared(referrer.id, referee.id, seen)
        found |= {trace.kind for trace in seen if trace in own}
        scores = self.rulebook.policies.referrals.scores
        return Signals(
            same_email=TraceKind.MAILBOX in found,
            same_phone=TraceKind.PHONE in found,
            same_payment=await self.traces.common(referrer.id, referee.id, TraceKind.PAYMENT),
            same_family=await self.families.between(referrer.id, referee.id),
            same_network=TraceKind.NETWORK in found,
            same_device=TraceKind.DEVICE in found,
            disposable_mail=referee.email is not None
            and mail_domain(referee.email) in scores.disposable_domains,
            sign_ups=await self.book.sign_ups_since(referrer.id, now - _ONE_DAY) + 1,
        )

    def traces_of(self, party: Party, where: Whereabouts) -> tuple[Trace, ...]:
        """Give what a person can be known again by, as digests that nobody can read."""
        mailbox = None if party.email is None else same_mailbox_key(party.email)
        texts = (
            (TraceKind.MAILBOX, mailbox),
            (TraceKind.PHONE, party.phone_number),
            (TraceKind.DEVICE, where.device),
            (TraceKind.NETWORK, where.network),
        )
        return tuple(self._trace(kind, text) for kind, text in texts if text is not None)

    def past_address(self, email: str) -> bytes:
        """Give what an address of an erased person is known again by."""
        return self.pepper.erased_email(email)

    def payment_trace(self, fingerprint: str) -> Trace:
        """Give the trace of a means of payment."""
        return self._trace(TraceKind.PAYMENT, fingerprint)

    async def same_payment(self, referrer_id: PersonId, referee_id: PersonId, trace: Trace) -> bool:
        """Tell whether the referrer, or another whom they referred, pays by the same means."""
        return bool(await self.traces.shared(referrer_id, referee_id, (trace,)))

    def _trace(self, kind: TraceKind, text: str) -> Trace:
        return Trace(kind, self.pepper.digest(f"referrals/{kind.value}", text))
