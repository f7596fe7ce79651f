"""The pepper is made once, and only its owner may read it."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from adapters.pepper import PepperFileError, kept_pepper


def test_it_is_made_once_and_kept(tmp_path: Path) -> None:
    file = tmp_path / "pepper"
    made = kept_pepper(file)
    assert len(made) >= 32
    assert kept_pepper(file) == made
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["pepper"]
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    assert kept_pepper(elsewhere / "pepper") != made


def test_all_who_make_it_at_once_get_the_same(tmp_path: Path) -> None:
    with ThreadPoolExecutor(20) as workers:
        made = set(workers.map(lambda _: kept_pepper(tmp_path / "pepper"), range(200)))
    assert len(made) == 1


@pytest.mark.parametrize("content", [b"", b"short", b"\xff" * 40])
def test_a_spoilt_file_is_named(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "pepper"
    file.write_bytes(content)
    with pytest.raises(PepperFileError, match="pepper"):
        kept_pepper(file)


def test_a_folder_in_its_place_is_named(tmp_path: Path) -> None:
    with pytest.raises(PepperFileError, match="cannot be used"):
        kept_pepper(tmp_path)
    with pytest.raises(PepperFileError, match="cannot be used"):
        kept_pepper(tmp_path / "nowhere" / "pepper")
