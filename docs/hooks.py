"""What the generator takes into the pages from outside of `docs`.

Links are written for whoever reads the files as they lie in the repository, and lead out of `docs`
and into it. On the pages the same links lead from page to page.
"""

import re
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).parent.parent
TAKEN_IN = {
    "README.md": "readme.md",
    "CHANGELOG.md": "changelog.md",
    "LICENSE": "licence.txt",
    "adapters/achievements.toml": "achievements.toml",
}
"""Where each file lies in the repository, and where on the pages."""

LINK = re.compile(r"(?<=\]\()(?P<up>\.\./)?(?P<path>[^)#:\s]+)(?P<anchor>#[^)\s]*)?(?=\))")


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the files that lie elsewhere."""
    for source, name in TAKEN_IN.items():
        text = (ROOT / source).read_text(encoding="utf-8")
        files.append(File.generated(config, name, content=text))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Give a page with its links as they hold among the pages."""
    del config, files
    at_the_top = page.file.src_uri in TAKEN_IN.values()

    def on_the_pages(link: re.Match[str]) -> str:
        if bool(link["up"]) == at_the_top:
            return link[0]
        path = TAKEN_IN.get(link["path"], link["path"].removeprefix("docs/"))
        return path + (link["anchor"] or "")

    return LINK.sub(on_the_pages, markdown)
