"""`kithkin rules`."""

import json
import tomllib
from pathlib import Path

from entrypoints.cli.toml_text import toml_text
from tests.cli.conftest import RunCommand

OVERRIDES = """
[video.unlock]
base_messages = 12
tier_bonus = { premium = 120 }
"""
WRONG = """
[video.unlock]
base_mesages = 12
[identity]
name_max_characters = "long"
[vidoe]
"""


def test_what_is_shown_is_a_rulebook_of_the_same_version(
    kithkin: RunCommand, tmp_path: Path
) -> None:
    shown = kithkin("rules", "show")
    assert shown.status == 0
    copy = tmp_path / "copy.toml"
    copy.write_text(shown.out)
    version = shown.out.splitlines()[0].removeprefix("# version ")
    assert version in kithkin("rules", "check", copy).out
    assert json.loads(kithkin("rules", "show", "--json").out) == {
        "version": version,
        "policies": tomllib.loads(shown.out),
    }


def test_a_file_changes_numbers_and_version(kithkin: RunCommand, tmp_path: Path) -> None:
    file = tmp_path / "rulebook.toml"
    file.write_text(OVERRIDES)
    defaults = json.loads(kithkin("rules", "show", "--json").out)
    changed = json.loads(kithkin("rules", "show", "--json", KITHKIN_RULEBOOK=str(file)).out)
    assert changed == json.loads(kithkin("rules", "show", "--json", "--rulebook", file).out)
    assert changed["version"] != defaults["version"]
    unlock = changed["policies"]["video"]["unlock"]
    assert unlock["base_messages"] == 12
    assert unlock["tier_bonus"] == {"free": 20, "plus": 40, "premium": 120}
    checked = kithkin("rules", "check", file)
    assert (checked.status, checked.err) == (0, "")
    assert checked.out.split() == ["ok", str(file), "makes", "version", changed["version"]]


def test_each_wrong_key_is_a_line_with_its_path(kithkin: RunCommand, tmp_path: Path) -> None:
    file = tmp_path / "wrong.toml"
    file.write_text(WRONG)
    result = kithkin("rules", "check", file)
    assert (result.status, result.out) == (2, "")
    assert [line.split()[2] for line in result.problems] == ["video.unlock.base_mesages:", "vidoe:"]
    assert "did you mean base_messages?" in result.err


def test_a_wrong_value_is_named_with_its_path(kithkin: RunCommand, tmp_path: Path) -> None:
    file = tmp_path / "wrong.toml"
    file.write_text('[identity]\nname_max_characters = "long"\n')
    result = kithkin("rules", "check", file)
    assert result.status == 2
    assert len(result.problems) == 1
    assert "identity.name_max_characters" in result.err


def test_a_file_that_is_no_toml_or_not_there_is_refused(
    kithkin: RunCommand, tmp_path: Path
) -> None:
    file = tmp_path / "rulebook.toml"
    assert "cannot be read" in kithkin("rules", "check", file).err
    file.write_text("= 1")
    result = kithkin("rules", "check", file)
    assert result.status == 2
    assert "is no TOML" in result.err


def test_toml_text_is_read_back_as_it_was() -> None:
    tables = {
        "a": {"n": 1, "text": 'say "hi"\n', "steps": [{"x": 1}, {"x": 2}], "deep": {"y": True}},
        "b": {"deeper": {"z": {"n": 2}}},
    }
    assert tomllib.loads(toml_text(tables)) == tables
