"""Colours of calendars: the nearest of a few that can be read on light and dark, because pages hold no style of theirs.

A class `k<number>` in `calendar.css` stands for each.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

HUES: Final = (
    (0x1F, 0x5F, 0xC0),
    (0x17, 0x7A, 0x45),
    (0xB4, 0x26, 0x30),
    (0x7A, 0x3F, 0xB0),
    (0xA0, 0x56, 0x00),
    (0x0B, 0x75, 0x80),
    (0xB0, 0x2A, 0x78),
    (0x5D, 0x6B, 0x00),
    (0x4A, 0x55, 0x68),
    (0x7A, 0x4A, 0x2E),
)
"""Red, green and blue on light, in the order in which calendars without a colour take them."""


def palette_of(colors: Iterable[str | None]) -> tuple[int, ...]:
    """A number in `HUES` for each calendar's `#RRGGBB`, or for none.

    Calendars whose colours differ differ here too, as long as there are enough.
    """
    given: dict[str, int] = {}
    chosen: list[int] = []
    for color in colors:
        free = [number for number in range(len(HUES)) if number not in chosen] or list(range(len(HUES)))
        if color is None:
            chosen.append(free[0])
            continue
        given.setdefault(color, min(free, key=lambda number: _distance(color, HUES[number])))
        chosen.append(given[color])
    return tuple(chosen)


def _distance(color: str, hue: tuple[int, int, int]) -> float:
    """How different two colours look, near enough ("redmean")."""
    red, green, blue = (int(color[at : at + 2], 16) for at in (1, 3, 5))
    mean = (red + hue[0]) / 2
    weights = (2 + mean / 256, 4, 2 + (255 - mean) / 256)
    return sum(w * (a - b) ** 2 for w, a, b in zip(weights, (red, green, blue), hue, strict=True))
