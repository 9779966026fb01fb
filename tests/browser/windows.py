"""Windows of a real browser: what somebody at a desk or with a phone has before them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page, Response

DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}
NARROW = {"width": 320, "height": 640}
"""WCAG 1.4.10: nothing is to be scrolled sideways at this width."""

_AXE = Path(__file__).parents[2] / ".cache/npm/node_modules/axe-core/axe.min.js"
_ALL_RULES = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
_RULES_OF_LOOKS = {
    "type": "rule",
    "values": ["color-contrast", "link-in-text-block", "scrollable-region-focusable", "target-size"],
}
"""Those whose verdict depends on colours and widths; all others read the document."""

_VIOLATIONS = """async (runOnly) => {
  const found = await axe.run(document, {runOnly, resultTypes: ["violations"]});
  return found.violations.flatMap((broken) => broken.nodes.map((node) =>
    `${broken.id}: ${node.html.slice(0, 160)} -- ${node.failureSummary.replace(/\\s+/g, " ")}`));
}"""


@dataclass
class Window:
    """One browser with its own cookies; `faults` is what no page may do, such as break its own policy."""

    context: BrowserContext
    url: str
    """Of the server, without a slash at its end."""
    faults: list[str] = field(default_factory=list)

    async def page(self, path: str = "") -> Page:
        """A tab, at a path below `/admin` when one is given."""
        page = await self.context.new_page()
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.faults.append(f"script: {error}"))
        page.on("response", self._see)
        if path:
            await page.goto(self.url + "/admin" + path)
        return page

    def _hear(self, message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text or "Content-Security-Policy" in message.text:
            self.faults.append(f"policy: {message.text}")

    def _see(self, response: Response) -> None:
        if response.status >= 400 and response.request.resource_type not in ("document", "xhr", "fetch"):
            self.faults.append(f"{response.status}: {response.url}")


async def open_window(
    browser: Browser,
    url: str,
    *,
    cookie: str = "",
    is_phone: bool = False,
    has_javascript: bool = True,
    scheme: Literal["light", "dark"] = "light",
    language: str = "en",
    **options: Any,
) -> Window:
    """A browser of its own; `cookie` is the secret of a session."""
    context = await browser.new_context(
        viewport=PHONE if is_phone else DESKTOP,
        has_touch=is_phone,
        java_script_enabled=has_javascript,
        color_scheme=scheme,
        locale=language,
        permissions=["clipboard-read", "clipboard-write"],
        reduced_motion="reduce",
        **options,
    )
    context.set_default_timeout(7000)
    if cookie:
        await context.add_cookies([{"name": "session", "value": cookie, "url": url, "httpOnly": True}])
    return Window(context, url)


async def violations(page: Page, *, of_looks_alone: bool = False) -> list[str]:
    """What axe finds wrong with the page as it is now, by WCAG 2.2 A and AA; one line for each element."""
    await _bring_axe(page)
    found: list[str] = await page.evaluate(_VIOLATIONS, _RULES_OF_LOOKS if of_looks_alone else _ALL_RULES)
    return found


async def _bring_axe(page: Page) -> None:
    """Through the debugger, which no policy of the page holds back."""
    if not await page.evaluate("'axe' in window"):
        assert _AXE.is_file(), "axe-core is absent: `make test` installs it"
        await page.evaluate(_AXE.read_text())


async def overflow(page: Page) -> list[str]:
    """The innermost elements that stick out of the page to the right, when it can be scrolled sideways."""
    found: list[str] = await page.evaluate(
        """() => {
          const width = document.documentElement.clientWidth;
          if (document.documentElement.scrollWidth <= width) return [];
          const out = [...document.body.querySelectorAll("*")]
            .filter((element) => element.getBoundingClientRect().right > width + 1);
          return out.filter((element) => !out.some((other) => element !== other && element.contains(other)))
            .map((element) => element.outerHTML.slice(0, 160));
        }"""
    )
    return found


async def faults_of(page: Page) -> list[str]:
    """Everything axe finds on a page that is open at a desk and light; then what its other looks add."""
    found = await violations(page)
    for scheme, size in (("dark", DESKTOP), ("dark", PHONE), ("light", PHONE)):
        await page.emulate_media(color_scheme=scheme)
        await page.set_viewport_size(size)
        found += [f"{scheme}, {size['width']} px: {it}" for it in await violations(page, of_looks_alone=True)]
    return found + await overflows_of(page)


async def overflows_of(page: Page) -> list[str]:
    """What makes the page wider than its window."""
    found = []
    for size in (DESKTOP, PHONE, NARROW):
        await page.set_viewport_size(size)
        found += [f"{size['width']} px: too wide: {element}" for element in await overflow(page)]
    return found


async def told(page: Page) -> str:
    """What the messages at the top of the page say, in one line."""
    texts = await page.locator(".message").all_inner_texts()
    return re.sub(r"\s+", " ", " | ".join(texts)).strip()
