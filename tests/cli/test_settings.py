"""Settings: flags before the environment, and all that is wrong named at once."""

from pathlib import Path

import pytest

from entrypoints.settings import (
    LogFormat,
    Settings,
    SettingsError,
    as_environment,
    read_settings,
)


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
