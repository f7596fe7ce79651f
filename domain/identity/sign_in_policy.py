"""The numbers of signing in that a business may tune."""

from attrs import field, frozen

from ..shared.checks import between

_DAY = 86_400


@frozen(kw_only=True)
class SignInPolicy:
    """Limits on codes, login sessions and tokens; defaults from rules page identity.

    Attributes:
        code_valid_seconds: How long a code is taken.
        code_tries: How often one may be tried.
        address_short_seconds: The shorter window in which an address's codes are counted.
        address_short_codes: How many codes an address gets in it.
        address_long_seconds: The longer window.
        address_long_codes: How many codes an address gets in that.
        client_seconds: The window in which a client's codes and attempts are counted.
        client_codes: How many codes a client's address gets in it.
        client_google_attempts: How often it may begin to sign in with Google in it.
        session_idle_seconds: How long a session lives without being used.
        session_longest_seconds: How long it lives at most.
        sessions_per_person: How many a person has; one more ends the oldest.
        minted_token_seconds: How long a token that a service mints lives by default.
        minted_token_longest_seconds: How long it lives at most.
    """

    code_valid_seconds: int = field(default=600, validator=between(60, 3600))
    code_tries: int = field(default=5, validator=between(1, 5))
    address_short_seconds: int = field(default=900, validator=between(60, _DAY))
    address_short_codes: int = field(default=3, validator=between(1, 100))
    address_long_seconds: int = field(default=_DAY, validator=between(60, 7 * _DAY))
    address_long_codes: int = field(default=10, validator=between(1, 100))
    client_seconds: int = field(default=3600, validator=between(60, _DAY))
    client_codes: int = field(default=20, validator=between(1, 1000))
    client_google_attempts: int = field(default=60, validator=between(1, 1000))
    session_idle_seconds: int = field(default=14 * _DAY, validator=between(60, 90 * _DAY))
    session_longest_seconds: int = field(default=30 * _DAY, validator=between(60, 365 * _DAY))
    sessions_per_person: int = field(default=100, validator=between(1, 1000))
    minted_token_seconds: int = field(default=3600, validator=between(60, 30 * _DAY))
    minted_token_longest_seconds: int = field(default=_DAY, validator=between(60, 30 * _DAY))
