"""The settings: from flags, else from the environment, else defaults."""

import difflib
from collections.abc import Callable, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import attrs
from attrs import field, frozen

from entrypoints.llm_settings import LLM_READERS, LlmSettings, llm_contradictions
from entrypoints.network_settings import (
    MAX_HSTS_SECONDS,
    MAX_REQUESTS_PER_MINUTE,
    networks,
    origins,
)
from entrypoints.payment_settings import (
    PaymentProviderName,
    api_secret,
    missing_for_payments,
    payment_provider,
    phone,
    public_url,
    webhook_secrets,
)
from entrypoints.setting_values import LOOPBACK, url_parts, whole_number

PREFIX = "KITHKIN_"
MAX_LINK_CHARACTERS = 500
MAX_PORT = 65_535
MAX_WORKERS = 256
MAX_POOL_SIZE = 1000
MIN_JOB_SLOTS = 2
MAX_JOB_SLOTS = 100
MIN_RETENTION_DAYS = 4
MAX_RETENTION_DAYS = 3660
MIN_PEPPER_CHARACTERS = 32
_CLOSE = 0.85


class LogFormat(StrEnum):
    """How log lines are written."""

    TEXT = "text"
    JSON = "json"


@frozen(kw_only=True)
class Settings(LlmSettings):
    """How this installation runs; its language model has its own settings.

    Attributes:
        database_url: Any PostgreSQL 15 or newer; None means the embedded one in `data`.
        data: The folder of the embedded PostgreSQL.
        pepper: The secret key of hashes; None means the one kept in `data`.
        host: The address the API listens on.
        port: Its port; 0 takes a free one.
        workers: Processes that serve the API.
        pool_size: Database connections of each process.
        rulebook: A TOML file that overrides the policies' defaults.
        log_format: How log lines are written.
        memory: Keep everything in memory, and nothing after the end.
        test_clock: Time stands still, and is moved over the API.
        embedded_worker: Each process that serves the API works on jobs too.
        job_slots: Jobs that a process works on at once.
        relay: Whoever works on jobs also delivers events, and lets contexts react to them.
        webhook_private_addresses: Webhooks may go anywhere, and by plain http.
        nats_url: A NATS server with JetStream to publish events to.
        event_retention_days: How long events are kept at least.
        metrics: `GET /metrics` is there.
        metrics_host: The address that a worker shows its own figures on.
        metrics_port: Its port; 0 takes a free one, None shows nothing.
        tracing: Spans are sent to where the OTEL_ variables say.
        key_requests_per_minute: What a service key may ask of all workers; 0 for no limit.
        address_requests_per_minute: What may come from one address; 0 for no limit.
        trusted_proxies: Addresses of proxies whose X-Forwarded-For is believed.
        cors_origins: Origins of pages in browsers that may call the API.
        hsts_seconds: How long browsers shall insist on TLS; 0 where none is in front.
        smtp_url: The server that mail is handed to; None shows it on standard error.
        smtp_starttls: Change to TLS before anything is said to it.
        mail_from: The address that mail comes from.
        google_client_id: Who we are to Google; None turns signing in with it off.
        google_client_secret: Proves it.
        google_redirect_uri: The app's page that Google sends persons back to.
        google_issuer: Google, or another provider that speaks as it does.
        referral_link: The app's page that codes and invites lead to.
        public_url: Where people reach this server; None takes the address it listens on.
        payment_provider: Who takes payments.
        sandbox_webhook_secrets: What the sandbox signs with; None derives it from the pepper.
        stripe_api_key: Who we are to Stripe; None turns it off.
        stripe_webhook_secrets: What Stripe signs its notifications with.
        stripe_api_url: Stripe, or something that speaks as it does.
        cashfree_client_id: Who we are to Cashfree; None turns it off.
        cashfree_client_secret: Proves it.
        cashfree_webhook_secrets: What Cashfree signs with; None takes the client secret.
        cashfree_api_url: Cashfree, its sandbox, or something that speaks as they do.
        cashfree_phone: The phone number Cashfree is told, which wants one for each order.
    """

    database_url: str | None = field(default=None, repr=False)
    data: Path = Path(".kithkin")
    pepper: str | None = field(default=None, repr=False)
    host: str = "127.0.0.1"
    port: int = 8000
    workers: int = 1
    pool_size: int = 10
    rulebook: Path | None = None
    log_format: LogFormat = LogFormat.TEXT
    memory: bool = False
    test_clock: bool = False
    embedded_worker: bool = True
    job_slots: int = 4
    relay: bool = True
    webhook_private_addresses: bool = False
    nats_url: str | None = field(default=None, repr=False)
    event_retention_days: int = 30
    metrics: bool = True
    metrics_host: str = "127.0.0.1"
    metrics_port: int | None = None
    tracing: bool = False
    key_requests_per_minute: int = 600_000
    address_requests_per_minute: int = 600_000
    trusted_proxies: str | None = None
    cors_origins: str | None = None
    hsts_seconds: int = 0
    smtp_url: str | None = field(default=None, repr=False)
    smtp_starttls: bool = True
    mail_from: str | None = None
    google_client_id: str | None = None
    google_client_secret: str | None = field(default=None, repr=False)
    google_redirect_uri: str | None = None
    google_issuer: str = "https://accounts.google.com"
    referral_link: str | None = None
    public_url: str | None = None
    payment_provider: PaymentProviderName = PaymentProviderName.SANDBOX
    sandbox_webhook_secrets: str | None = field(default=None, repr=False)
    stripe_api_key: str | None = field(default=None, repr=False)
    stripe_webhook_secrets: str | None = field(default=None, repr=False)
    stripe_api_url: str = "https://api.stripe.com"
    cashfree_client_id: str | None = None
    cashfree_client_secret: str | None = field(default=None, repr=False)
    cashfree_webhook_secrets: str | None = field(default=None, repr=False)
    cashfree_api_url: str = "https://api.cashfree.com/pg"
    cashfree_phone: str = "9999999999"


class SettingsError(Exception):
    """Some settings are wrong.

    Attributes:
        problems: One line each: which setting, what is wrong, what to do.
    """

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


def read_settings(environment: Mapping[str, str], **flags: Any) -> Settings:
    """Make the settings of flags and environment; a flag of None was not given.

    Raises:
        SettingsError: Some are wrong; it names all of them.
    """
    problems = _unknown(environment)
    values: dict[str, Any] = {}
    for name, read in _READERS.items():
        variable = PREFIX + name.upper()
        flag = flags.get(name)
        source = variable if flag is None else f"--{name.replace('_', '-')}"
        given = environment.get(variable, "") if flag is None else str(flag)
        if not given:
            if flag is not None:
                problems.append(f"{source}: it is empty; give a value, or leave it out")
            continue
        try:
            values[name] = read(given)
        except ValueError as error:
            problems.append(f"{source}: {error}")
    settings = Settings(**values)
    problems.extend(_contradictions(settings))
    if problems:
        raise SettingsError(tuple(problems))
    return settings


def as_environment(settings: Settings) -> dict[str, str]:
    """Give the variables that make the same settings in another process."""
    values = attrs.asdict(settings, recurse=False)
    return {
        PREFIX + name.upper(): str(value).lower() if isinstance(value, bool) else str(value)
        for name, value in values.items()
        if value is not None
    }


def _unknown(environment: Mapping[str, str]) -> list[str]:
    known = [PREFIX + name.upper() for name in _READERS]
    problems = []
    for variable in sorted(environment):
        if variable.startswith(PREFIX) and variable not in known:
            close = difflib.get_close_matches(variable, known, n=1, cutoff=_CLOSE)
            hint = f"did you mean {close[0]}?" if close else f"known: {', '.join(known)}"
            problems.append(f"{variable}: there is no such setting; {hint}")
    return problems


def _contradictions(settings: Settings) -> list[str]:
    problems = []
    if settings.memory and settings.workers > 1:
        problems.append("--memory: memory is not shared; use --workers 1 or a database")
    if settings.memory and settings.database_url is not None:
        problems.append("--memory: give either --memory or a database URL, not both")
    if settings.smtp_url is not None and settings.mail_from is None:
        problems.append("KITHKIN_MAIL_FROM: mail by SMTP needs it; give the sender's address")
    problems.extend(_open_passwords(settings))
    problems.extend(missing_for_payments(settings))
    problems.extend(f"{PREFIX}{problem}" for problem in llm_contradictions(settings))
    google = ("google_client_id", "google_client_secret", "google_redirect_uri")
    missing = [name for name in google if getattr(settings, name) is None]
    if missing and len(missing) < len(google):
        problems.extend(
            f"{PREFIX}{name.upper()}: signing in with Google needs it too" for name in missing
        )
    return problems


def _open_passwords(settings: Settings) -> list[str]:
    if settings.smtp_url is None or settings.smtp_starttls:
        return []
    server = urlsplit(settings.smtp_url)
    if server.scheme == "smtps" or server.password is None or server.hostname in LOOPBACK:
        return []
    return ["KITHKIN_SMTP_STARTTLS: without TLS the password could be read on its way; use true"]


def _database_url(given: str) -> str:
    told = "give a URL like postgresql://user:password@host:5432/name"
    parts = url_parts(given, told, one_host=False)
    if parts.scheme not in {"postgresql", "postgres"}:
        raise ValueError(told)
    return given


def _nats_url(given: str) -> str:
    told = "give a URL like nats://user:password@host:4222"
    parts = url_parts(given, told)
    if parts.scheme not in {"nats", "tls"} or not parts.hostname:
        raise ValueError(told)
    return given


def _smtp_url(given: str) -> str:
    told = "give a URL like smtp://user:password@host:587, or smtps:// for TLS"
    parts = url_parts(given, told)
    if (
        parts.scheme not in {"smtp", "smtps"}
        or not parts.hostname
        or parts.path not in {"", "/"}
        or parts.query
        or parts.fragment
    ):
        raise ValueError(told)
    if (parts.username is None) != (parts.password is None):
        raise ValueError("give a user and a password, or neither")
    return given


def _mail_from(given: str) -> str:
    name, _, domain = given.rpartition("@")
    if not name or not domain or any(c.isspace() or c in "<>," for c in given):
        raise ValueError(f"'{given}' is no email address; give one like hello@example.org")
    return given


def _pepper(given: str) -> str:
    if len(given) < MIN_PEPPER_CHARACTERS or not given.isascii() or not given.isprintable():
        raise ValueError(
            f"give {MIN_PEPPER_CHARACTERS} or more printable ASCII characters, best those of"
            " `openssl rand -hex 32`"
        )
    return given


def _address(given: str) -> str:
    told = f"'{given}' is no address that starts with https://"
    parts = url_parts(given, told)
    safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)
    if not safe or not parts.hostname or parts.fragment:
        raise ValueError(told)
    return given


def _short_address(given: str) -> str:
    if len(given) > MAX_LINK_CHARACTERS:
        raise ValueError(f"give an address of at most {MAX_LINK_CHARACTERS} characters")
    return _address(given)


def _host(given: str) -> str:
    if any(character.isspace() or character == "/" for character in given):
        raise ValueError(f"'{given}' is no host; give an address like 127.0.0.1")
    return given


def _log_format(given: str) -> LogFormat:
    try:
        return LogFormat(given)
    except ValueError:
        raise ValueError(f"'{given}' is no log format; give text or json") from None


def _file(given: str) -> Path:
    path = Path(given)
    if not path.is_file():
        raise ValueError(f"there is no file '{given}'")
    return path


def _switch(given: str) -> bool:
    if given.lower() in {"true", "1", "yes", "on"}:
        return True
    if given.lower() in {"false", "0", "no", "off"}:
        return False
    raise ValueError(f"'{given}' is neither true nor false")


_READERS: dict[str, Callable[[str], Any]] = {
    "database_url": _database_url,
    "data": Path,
    "pepper": _pepper,
    "host": _host,
    "port": whole_number(0, MAX_PORT),
    "workers": whole_number(1, MAX_WORKERS),
    "pool_size": whole_number(1, MAX_POOL_SIZE),
    "rulebook": _file,
    "log_format": _log_format,
    "memory": _switch,
    "test_clock": _switch,
    "embedded_worker": _switch,
    "job_slots": whole_number(MIN_JOB_SLOTS, MAX_JOB_SLOTS),
    "relay": _switch,
    "webhook_private_addresses": _switch,
    "nats_url": _nats_url,
    "event_retention_days": whole_number(MIN_RETENTION_DAYS, MAX_RETENTION_DAYS),
    "metrics": _switch,
    "metrics_host": _host,
    "metrics_port": whole_number(0, MAX_PORT),
    "tracing": _switch,
    "key_requests_per_minute": whole_number(0, MAX_REQUESTS_PER_MINUTE),
    "address_requests_per_minute": whole_number(0, MAX_REQUESTS_PER_MINUTE),
    "trusted_proxies": networks,
    "cors_origins": origins,
    "hsts_seconds": whole_number(0, MAX_HSTS_SECONDS),
    "smtp_url": _smtp_url,
    "smtp_starttls": _switch,
    "mail_from": _mail_from,
    "google_client_id": str,
    "google_client_secret": str,
    "google_redirect_uri": _address,
    "google_issuer": _address,
    "referral_link": _short_address,
    "public_url": public_url,
    "payment_provider": payment_provider,
    "sandbox_webhook_secrets": webhook_secrets,
    "stripe_api_key": api_secret,
    "stripe_webhook_secrets": webhook_secrets,
    "stripe_api_url": _address,
    "cashfree_client_id": api_secret,
    "cashfree_client_secret": api_secret,
    "cashfree_webhook_secrets": webhook_secrets,
    "cashfree_api_url": _address,
    "cashfree_phone": phone,
    **LLM_READERS,
}
