"""The documentation is built without a warning, and its pages fetch nothing from elsewhere."""

import os
import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.architecture.source import ROOT

FETCHED = {
    "script": "src",
    "link": "href",
    "img": "src",
    "iframe": "src",
    "source": "src",
    "video": "src",
    "use": "href",
}
"""The tags that make a browser fetch something by itself, and the attribute that says what."""


class Fetches(HTMLParser):
    """Gathers what a browser fetches to show a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        value = dict(attrs).get(FETCHED.get(tag, ""))
        if value is not None:
            self.found.append(value)


def build(config: Path, folder: Path) -> tuple[int, str]:
    # Never --quiet: with it no warning is counted.
    built = subprocess.run(
        (sys.executable, "-m", "mkdocs", "build", "-f", config, "--site-dir", folder),
        # Python leaves what it compiled beside the hooks, as it does wherever nobody forbids it.
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": ""},
        check=False,
        capture_output=True,
        text=True,
    )
    return built.returncode, built.stdout + built.stderr


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    code, said = build(ROOT / "mkdocs.yml", folder)
    assert code == 0, said
    return folder


def pages(site: Path) -> Iterator[tuple[str, str]]:
    for path in sorted(site.rglob("*.html")):
        yield str(path.relative_to(site)), path.read_text(encoding="utf-8")


def test_every_page_is_built(site: Path) -> None:
    written = {path.relative_to(ROOT / "docs") for path in (ROOT / "docs").rglob("*.md")}
    wanted = {str(path.with_suffix(".html")) for path in written}
    built = {name for name, _ in pages(site)}
    assert built == {*wanted, "readme.html", "changelog.html", "search.html", "404.html"}
    assert list(site.rglob("*.py*")) == []


def test_the_pages_fetch_nothing_from_elsewhere(site: Path) -> None:
    fetched = [(name, url) for name, page in pages(site) for url in Fetches(page).found]
    assert len(fetched) > 100
    assert [pair for pair in fetched if urlsplit(pair[1]).netloc] == []
    styles = "".join(path.read_text(encoding="utf-8") for path in site.rglob("*.css"))
    assert styles
    assert "url(http" not in styles
    assert "@import" not in styles


def test_links_out_of_the_folder_lead_from_page_to_page(site: Path) -> None:
    pages_by_name = dict(pages(site))
    assert 'href="readme.html#settings"' in pages_by_name["operating.html"]
    assert 'href="achievements.toml"' in pages_by_name["achievements.html"]
    assert 'href="http.html"' in pages_by_name["readme.html"]


def test_what_leads_nowhere_fails_the_build(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "index.md").write_text("[a](nowhere.md) [b](#nowhere) [c](/absolute.md)")
    (tmp_path / "docs" / "forgotten.md").write_text("# Not in the navigation")
    config = tmp_path / "mkdocs.yml"
    config.write_text(f"INHERIT: {ROOT / 'mkdocs.yml'}\nhooks: []\nnav: [index.md]\n")
    code, said = build(config, tmp_path / "site")
    assert code == 1
    for target in ("'nowhere.md'", "'#nowhere'", "'/absolute.md'", "forgotten.md"):
        assert target in said
