"""The pepper is made once, kept apart from the database, and readable by its owner alone."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import attrs
import pytest

from domain.identity.pepper import Pepper
from entrypoints.settings import MIN_PEPPER_CHARACTERS, Settings, SettingsError
from entrypoints.wiring.kithkin import in_memory, on_postgres
from entrypoints.wiring.pepper import pepper, require_pepper, with_kept_pepper

GIVEN = "given by the operator, and long enough"
URL = "postgresql://me@host/app"


def test_one_that_is_given_is_taken(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path, pepper=GIVEN)
    assert with_kept_pepper(settings) == settings
    assert list(tmp_path.iterdir()) == []
    assert pepper(settings) == Pepper(GIVEN.encode())


def test_one_is_made_once_and_kept(tmp_path: Path) -> None:
    first, again = (with_kept_pepper(Settings(data=tmp_path)) for _ in range(2))
    assert first == again
    assert first.pepper is not None
    assert len(first.pepper) >= MIN_PEPPER_CHARACTERS
    (kept,) = tmp_path.iterdir()
    assert kept.stat().st_mode & 0o777 == 0o600
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    assert with_kept_pepper(Settings(data=elsewhere)).pepper != first.pepper


def test_many_who_make_it_at_once_have_the_same(tmp_path: Path) -> None:
    together = Barrier(8)

    def make(_: int) -> str | None:
        together.wait()
        return with_kept_pepper(Settings(data=tmp_path)).pepper

    with ThreadPoolExecutor(8) as threads:
        assert len({*threads.map(make, range(8))}) == 1
    assert [file.name for file in tmp_path.iterdir()] == ["pepper"]


def test_one_that_cannot_be_kept_is_told_of(tmp_path: Path) -> None:
    for data in (tmp_path / "nowhere", Path(__file__)):
        with pytest.raises(SettingsError, match="pepper cannot be used"):
            with_kept_pepper(Settings(data=data))


def test_a_database_of_ones_own_needs_one() -> None:
    settings = Settings(database_url=URL)
    with pytest.raises(SettingsError, match="KITHKIN_PEPPER: a database URL needs it"):
        require_pepper(settings)
    with pytest.raises(SettingsError):
        on_postgres(settings, URL).identity.erase_person()
    require_pepper(Settings())
    given = attrs.evolve(settings, pepper=GIVEN)
    require_pepper(given)
    assert on_postgres(given, URL).identity.erase_person().pepper == Pepper(GIVEN.encode())


def test_an_embedded_database_has_the_one_that_is_kept_beside_it(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path)
    found = on_postgres(settings, URL).identity.erase_person().pepper
    assert found == pepper(with_kept_pepper(settings))


def test_memory_has_one_of_its_own() -> None:
    one, other = (in_memory().identity.erase_person().pepper for _ in range(2))
    assert one == other != Pepper(b"")


def test_one_secret_serves_all_that_is_hashed() -> None:
    kithkin = in_memory(Settings(memory=True, pepper=GIVEN))
    peppers = [
        kithkin.identity.erase_person().pepper,
        kithkin.sign_in.request_code().pepper,
        kithkin.sign_in.verify_code().pepper,
    ]
    assert peppers == [Pepper(GIVEN.encode())] * 3
