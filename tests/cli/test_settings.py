"""Settings: flags before the environment, and all that is wrong named at once."""

import json
from pathlib import Path

import pytest

from adapters.postgres.embedded import running_url
from entrypoints.settings import (
    LogFormat,
    Settings,
    SettingsError,
    as_environment,
    read_settings,
)
from tests.cli.conftest import RunCommand
from tests.cli.served import PEPPER

BOTH = "http://localhost:5173,https://b.org"


def test_without_any_there_are_defaults() -> None:
    assert read_settings({"PATH": "/bin", "KITHKIN_PORT": ""}) == Settings()


def test_flags_come_before_the_environment(tmp_path: Path) -> None:
    rulebook = tmp_path / "rules.toml"
    rulebook.touch()
    settings = read_settings(
        {
            "KITHKIN_PORT": "9000",
            "KITHKIN_WORKERS": "4",
            "KITHKIN_TEST_CLOCK": "yes",
            "KITHKIN_LOG_FORMAT": "json",
        },
        port="9001",
        rulebook=str(rulebook),
        host=None,
    )
    assert settings == Settings(
        port=9001, workers=4, test_clock=True, log_format=LogFormat.JSON, rulebook=rulebook
    )


def test_all_wrong_ones_are_named_at_once() -> None:
    with pytest.raises(SettingsError) as caught:
        read_settings(
            {
                "KITHKIN_PROT": "1",
                "KITHKIN_WORKERS": "many",
                "KITHKIN_DATABASE_URL": "mysql://me@host/app",
                "KITHKIN_TEST_CLOCK": "perhaps",
            },
            port="70000",
            host="my host",
            rulebook="/no/such/file",
            log_format="xml",
        )
    assert sorted(problem.partition(":")[0] for problem in caught.value.problems) == [
        "--host",
        "--log-format",
        "--port",
        "--rulebook",
        "KITHKIN_DATABASE_URL",
        "KITHKIN_PROT",
        "KITHKIN_TEST_CLOCK",
        "KITHKIN_WORKERS",
    ]
    assert "KITHKIN_PROT: there is no such setting; did you mean KITHKIN_PORT?" in str(caught.value)


def test_nothing_far_off_is_suggested() -> None:
    with pytest.raises(SettingsError, match="known: KITHKIN_DATABASE_URL, KITHKIN_DATA"):
        read_settings({"KITHKIN_FOO": "1"})


@pytest.mark.parametrize(
    ("flags", "told"),
    [
        ({"memory": True, "workers": "2"}, "use --workers 1 or a database"),
        ({"memory": True, "database_url": "postgresql://host/app"}, "not both"),
    ],
)
def test_contradictions_are_refused(flags: dict[str, object], told: str) -> None:
    with pytest.raises(SettingsError, match=told):
        read_settings({}, **flags)


@pytest.mark.parametrize(
    ("name", "given", "read"),
    [
        ("cors_origins", "https://app.example.org", "https://app.example.org"),
        ("cors_origins", "http://localhost:5173, https://b.org", BOTH),
        ("cors_origins", "http://[::1]:8080", "http://[::1]:8080"),
        ("trusted_proxies", "10.0.0.0/8, 2001:db8::1", "10.0.0.0/8,2001:db8::1"),
        ("trusted_proxies", "2001:DB8:0::/48", "2001:DB8:0::/48"),
        ("metrics", "off", False),
        ("port", "09000", 9000),
        ("database_url", "postgresql://a:5432,b:5432/app", "postgresql://a:5432,b:5432/app"),
        ("tracing", "true", True),
        ("key_requests_per_minute", "0", 0),
        ("address_requests_per_minute", "60", 60),
        ("hsts_seconds", "31536000", 31_536_000),
    ],
)
def test_those_about_the_network_are_read(name: str, given: str, read: object) -> None:
    settings = read_settings({f"KITHKIN_{name.upper()}": given})
    assert getattr(settings, name) == read
    assert read_settings(as_environment(settings)) == settings


@pytest.mark.parametrize(
    ("name", "given", "told"),
    [
        ("cors_origins", "*", "give exact ones like https://app.example.org"),
        ("cors_origins", "https://*.example.org", "is no origin"),
        ("cors_origins", "https://app.example.org/", "is no origin"),
        ("cors_origins", "app.example.org", "is no origin"),
        ("cors_origins", "https://App.example.org", "in lower case"),
        ("cors_origins", "https://a.org,", "'' is no origin"),
        ("cors_origins", "https://a.org:99999", "is no origin"),
        ("cors_origins", "https://a.org:0", "is no origin"),
        ("database_url", "postgresql://[::1/app", "give a URL like postgresql://"),
        ("nats_url", "nats://host:99999", "give a URL like nats://"),
        ("nats_url", "nats://[::1", "give a URL like nats://"),
        ("smtp_url", "smtp://host:99999", "give a URL like smtp://"),
        ("google_issuer", "https://host:99999", "starts with https://"),
        ("port", "9" * 5000, "is no whole number from 0 to 65535"),
        ("trusted_proxies", "*", "give some like 10.0.0.7"),
        ("trusted_proxies", "10.0.0.1/8", "give 10.0.0.0/8"),
        ("trusted_proxies", "10.0.0.1/", "is no address or network"),
        ("trusted_proxies", "10.0.0.1:80", "is no address or network"),
        ("trusted_proxies", "10.0.0.1,", "'' is no address or network"),
        ("trusted_proxies", "2001:db8::1/64", "give 2001:db8::/64"),
        ("trusted_proxies", "proxy.example.org", "is no address or network"),
        ("key_requests_per_minute", "-1", "is no whole number"),
        ("hsts_seconds", "1e9", "is no whole number"),
        ("metrics", "perhaps", "neither true nor false"),
    ],
)
def test_wrong_ones_about_the_network_are_named(name: str, given: str, told: str) -> None:
    with pytest.raises(SettingsError) as caught:
        read_settings({f"KITHKIN_{name.upper()}": given})
    (problem,) = caught.value.problems
    assert problem.startswith(f"KITHKIN_{name.upper()}: ")
    assert told in problem


def test_a_worker_reads_the_settings_that_its_supervisor_had(tmp_path: Path) -> None:
    rulebook = tmp_path / "rules.toml"
    rulebook.touch()
    settings = Settings(
        database_url="postgresql://me@/app?host=/run",
        rulebook=rulebook,
        workers=3,
        test_clock=True,
        log_format=LogFormat.JSON,
    )
    assert read_settings(as_environment(settings)) == settings


@pytest.mark.parametrize("pepper", ["short", "x" * 31, "x" * 31 + "\u00e9", "x" * 31 + "\n"])
def test_a_pepper_is_long_and_printable_and_never_told(pepper: str) -> None:
    with pytest.raises(SettingsError) as caught:
        read_settings({"KITHKIN_PEPPER": pepper})
    assert "KITHKIN_PEPPER: give 32 or more" in str(caught.value)
    assert pepper not in str(caught.value)


def test_the_pepper_is_not_shown() -> None:
    settings = read_settings({"KITHKIN_PEPPER": "salt and pepper" * 3})
    assert settings.pepper == "salt and pepper" * 3
    assert "salt" not in repr(settings)
    assert read_settings(as_environment(settings)) == settings


def test_the_password_in_the_database_url_is_not_shown() -> None:
    assert "secret" not in repr(Settings(database_url="postgresql://me:secret@host/app"))


@pytest.mark.parametrize("command", ["serve", "worker"])
@pytest.mark.parametrize("folder", ["", "/proc/nothing", "/dev/null/figures"])
def test_figures_need_a_folder_that_can_be_written_to(
    command: str, folder: str, data: Path, kithkin: RunCommand
) -> None:
    url = running_url(data)
    assert url
    flags = ("--port", "0") if command == "serve" else ()
    where = {"PROMETHEUS_MULTIPROC_DIR": folder, **PEPPER}
    ran = kithkin(command, "--database-url", url, *flags, **where)
    assert ran.status == 2
    assert ran.err.startswith("Error: PROMETHEUS_MULTIPROC_DIR: ")
    assert "give a folder to write to, or leave it out" in ran.err


@pytest.mark.parametrize("command", ["serve", "worker"])
@pytest.mark.parametrize("by", ["flag", "environment"])
def test_programs_read_problems_as_log_lines(command: str, by: str, kithkin: RunCommand) -> None:
    flags = ("--log-format", "json") if by == "flag" else ()
    environment = {} if by == "flag" else {"KITHKIN_LOG_FORMAT": "json"}
    ran = kithkin(command, *flags, **environment, KITHKIN_PORT="x", KITHKIN_WORKERS="y")
    assert ran.status == 2
    lines = [json.loads(line) for line in ran.problems]
    assert [(line["event"], line["level"]) for line in lines] == [("problem", "error")] * 2
    assert [line["detail"].partition(":")[0] for line in lines] == [
        "KITHKIN_PORT",
        "KITHKIN_WORKERS",
    ]
