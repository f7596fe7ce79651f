"""The numbers of delivery. They are an operator's, not a business's, so no rulebook has them."""

from attrs import field, frozen

from ..shared.checks import between


@frozen(kw_only=True)
class DeliveryPolicy:
    """When what failed is tried again, and when no more.

    With the defaults 15 attempts are made over a little more than three days.

    Attributes:
        attempts: After so many that failed, a delivery is dead until somebody requeues it.
        first_retry_seconds: How long after the first failure it is tried again.
        retry_factor: How many times longer each wait is than the one before.
        longest_retry_seconds: The longest wait.
        jitter_percent: By how much a wait may be longer, so that not all end at once.
        longest_pause_seconds: How long at most an endpoint that took nothing is left alone.
        disable_after_seconds: An endpoint that took nothing for so long is disabled.
        secret_overlap_seconds: How long a secret that was replaced still signs too.
        lease_seconds: How long an endpoint belongs to the process that began to deliver to it.
        batch: How many deliveries are read at a time.
        intake: How many events of the log are queued at a time.
        at_once: How many persons' events are under way to an endpoint at a time.
        most_pending: With so many deliveries waiting, an endpoint is given no further ones.
    """

    attempts: int = field(default=15, validator=between(1, 100))
    first_retry_seconds: int = field(default=5, validator=between(1, 3600))
    retry_factor: int = field(default=3, validator=between(1, 10))
    longest_retry_seconds: int = field(default=43_200, validator=between(1, 604_800))
    jitter_percent: int = field(default=20, validator=between(0, 100))
    longest_pause_seconds: int = field(default=300, validator=between(0, 86_400))
    disable_after_seconds: int = field(default=259_200, validator=between(1, 2_592_000))
    secret_overlap_seconds: int = field(default=86_400, validator=between(0, 2_592_000))
    lease_seconds: int = field(default=60, validator=between(0, 3600))
    batch: int = field(default=100, validator=between(1, 1000))
    at_once: int = field(default=10, validator=between(1, 100))
    intake: int = field(default=1000, validator=between(1, 10_000))
    most_pending: int = field(default=10_000, validator=between(1, 1_000_000))
