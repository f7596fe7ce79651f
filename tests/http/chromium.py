"""Chromium without a window, driven by its DevTools protocol over pipes."""

import asyncio
import base64
import itertools
import json
import os
import shutil
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from attrs import Factory, define

_NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
_SECONDS = 30
_MOST_BYTES = 64 * 1024 * 1024
_FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
    "--hide-scrollbars",
    "--remote-debugging-pipe",
)


def chromium() -> str:
    """Give where Chromium is; a test that needs it is skipped where there is none."""
    found = next((path for name in _NAMES if (path := shutil.which(name))), None)
    if found is None:
        pytest.skip("Chromium is not installed, so no page is driven in a browser")
    return found


@define
class Page:
    """A page in a browser.

    Attributes:
        said: What the page wrote on its console, and what the browser refused it.
    """

    reader: asyncio.StreamReader
    writer: Any
    session: str | None = None
    said: list[str] = Factory(list)
    loaded: int = 0
    _numbers: "itertools.count[int]" = Factory(lambda: itertools.count(1))

    async def open(self, url: str) -> None:
        """Open an address, and wait until it is there."""
        before = self.loaded
        await self.ask("Page.navigate", url=url)
        await self._until_loaded(before)

    async def evaluate(self, script: str) -> Any:  # noqa: ANN401 - JSON
        """Give what a piece of script gives."""
        answer = await self.ask("Runtime.evaluate", expression=script, returnByValue=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    async def text(self) -> str:
        """Give what a person reads on the page."""
        return str(await self.evaluate("document.body.innerText"))

    async def press(self, selector: str) -> None:
        """Press a button with the keyboard, as who has no mouse does; wait for the next page."""
        before = self.loaded
        await self.evaluate(f"document.querySelector({json.dumps(selector)}).focus()")
        focused = await self.evaluate(f"document.activeElement.matches({json.dumps(selector)})")
        assert focused, f"{selector} takes no focus"
        enter = {"key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 13, "text": "\r"}
        await self.ask("Input.dispatchKeyEvent", type="keyDown", **enter)
        await self.ask("Input.dispatchKeyEvent", type="keyUp", **enter)
        await self._until_loaded(before)

    async def show(self, width: int, height: int, scheme: str = "light") -> None:
        """Make the window so large, and light or dark."""
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        await self.ask("Emulation.setDeviceMetricsOverride", **size)
        feature = {"name": "prefers-color-scheme", "value": scheme}
        await self.ask("Emulation.setEmulatedMedia", features=[feature])

    async def picture(self) -> bytes:
        """Give a picture of all of the page, as PNG."""
        shot = await self.ask("Page.captureScreenshot", captureBeyondViewport=True)
        return base64.b64decode(shot["data"])

    async def ask(self, method: str, **params: Any) -> dict[str, Any]:
        """Ask the browser for something."""
        number = next(self._numbers)
        message: dict[str, Any] = {"id": number, "method": method, "params": params}
        if self.session is not None:
            message["sessionId"] = self.session
        self.writer.write(json.dumps(message).encode() + b"\0")
        while (answer := await self._next()).get("id") != number:
            pass
        assert "error" not in answer, answer
        result: dict[str, Any] = answer["result"]
        return result

    async def _until_loaded(self, before: int) -> None:
        while self.loaded == before:
            await self._next()

    async def _next(self) -> dict[str, Any]:
        async with asyncio.timeout(_SECONDS):
            raw = await self.reader.readuntil(b"\0")
        message: dict[str, Any] = json.loads(raw[:-1])
        match message.get("method"):
            case "Page.loadEventFired":
                self.loaded += 1
            case "Log.entryAdded":
                self.said.append(message["params"]["entry"]["text"])
            case "Runtime.consoleAPICalled":
                self.said.append(json.dumps(message["params"]["args"]))
        return message


@asynccontextmanager
async def browser() -> AsyncIterator[Page]:
    """Start a browser, and give a page in it."""
    program = chromium()
    with TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        process, to_us, from_us = _started(program, folder)
        try:
            async with _talking(to_us, from_us) as page:
                made = await page.ask("Target.createTarget", url="about:blank")
                attached = await page.ask(
                    "Target.attachToTarget", targetId=made["targetId"], flatten=True
                )
                page.session = attached["sessionId"]
                for domain in ("Page", "Runtime", "Log"):
                    await page.ask(f"{domain}.enable")
                yield page
        finally:
            process.kill()
            process.wait()


def _started(program: str, folder: str) -> tuple[subprocess.Popen[bytes], int, int]:
    to_browser, from_us = os.pipe()
    to_us, from_browser = os.pipe()
    # The protocol is spoken on descriptors 3 and 4; not each shell knows numbers above 9.
    wired = f'exec "$@" 3<&{to_browser} 4>&{from_browser}'
    process = subprocess.Popen(
        ["bash", "-c", wired, "bash", program, *_FLAGS, f"--user-data-dir={folder}"],
        pass_fds=(to_browser, from_browser),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(to_browser)
    os.close(from_browser)
    return process, to_us, from_us


@asynccontextmanager
async def _talking(to_us: int, from_us: int) -> AsyncIterator[Page]:
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(limit=_MOST_BYTES)
    incoming, _ = await loop.connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(to_us, "rb")
    )
    outgoing, _ = await loop.connect_write_pipe(asyncio.BaseProtocol, os.fdopen(from_us, "wb"))
    try:
        yield Page(reader, outgoing)
    finally:
        outgoing.close()
        incoming.close()
