"""Patience with wrong passwords, forged links and forgotten passwords: bookkeeping alone, nothing here waits.

The right password is never locked out. What slows down before it is verified is only one login from one address, and
by five seconds at most; what is counted over a whole address or a whole account slows down nothing but refusals. So
the right password from elsewhere, and other people behind the same address, never notice.

Counts are of windows that begin with the first failure and last by the monotonic clock (threat F21).
"""

from __future__ import annotations

import math
from collections.abc import Hashable
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address
from typing import Final

from feedserver.model.account import MAX_LOGIN_CHARS
from feedserver.model.clock import Clock
from feedserver.model.errors import TooManyForgedLinks

MAX_DELAY_S: Final = 5.0
MAX_KEYS: Final = 20_000
"""Entries of each kind; the oldest window makes room. About 5 MB of each when full."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How much is borne, each within its window."""

    login_failures: int = 10
    """Of one login from one address, from which on each further try waits before it is verified."""
    account_failures: int = 50
    """Of one login from anywhere, from which on its refusals wait."""
    address_failures: int = 100
    """Of all logins from one address, from which on its refusals wait."""
    login_window_s: float = 900.0
    forged_links: int = 300
    """From one address, from which on it is told to stop."""
    link_window_s: float = 600.0
    resets_asked: int = 20
    """Password resets asked for from one address, from which on none is sent."""
    resets_sent: int = 3
    """Of one account, from which on none is sent."""
    reset_window_s: float = 3600.0


class Throttle:
    """Counts per login and address. Belongs to one event loop."""

    def __init__(self, clock: Clock, patience: Patience | None = None, *, max_keys: int = MAX_KEYS) -> None:
        self._patience = patience or Patience()
        window_s = self._patience.login_window_s
        self._tries = _Windows(clock, window_s, max_keys)
        self._by_account = _Windows(clock, window_s, max_keys)
        self._by_address = _Windows(clock, window_s, max_keys)
        self._forged = _Windows(clock, self._patience.link_window_s, max_keys)
        self._resets_asked = _Windows(clock, self._patience.reset_window_s, max_keys)
        self._resets_sent = _Windows(clock, self._patience.reset_window_s, max_keys)

    def begin_login(self, login_key: str, address: str) -> float:
        """Seconds to wait before this try is verified: 0, or 1 growing to 5.

        Counts the try as failed until `login_succeeded` says otherwise: forty at once count like one after the other,
        and whoever hangs up has tried. A request without credentials is no try (feed-contract F35).
        """
        tries = self._tries.add((_bounded(login_key), _network_of(address)))
        return _delay_s(tries - 1, self._patience.login_failures)

    def login_failed(self, login_key: str, address: str) -> float:
        """Seconds to hold the refusal back, 0 to 5."""
        of_account = self._by_account.add(_bounded(login_key))
        of_address = self._by_address.add(_network_of(address))
        return max(
            _delay_s(of_account, self._patience.account_failures), _delay_s(of_address, self._patience.address_failures)
        )

    def login_succeeded(self, login_key: str, address: str) -> None:
        """Forget what this login failed at from this address.

        The totals stay: else one right password would buy tries at all others.
        """
        self._tries.drop((_bounded(login_key), _network_of(address)))

    def link_forged(self, address: str) -> None:
        """Count a forged link. Raises TooManyForgedLinks beyond the bound; good links are never asked about here."""
        network = _network_of(address)
        if self._forged.add(network) > self._patience.forged_links:
            raise TooManyForgedLinks(math.ceil(self._forged.remaining_s(network)))

    def may_ask_reset(self, address: str) -> bool:
        """Count a password reset that was asked for from there; False when it is one too many."""
        return self._resets_asked.add(_network_of(address)) <= self._patience.resets_asked

    def may_send_reset(self, account_id: str) -> bool:
        """Count a password reset of that account; False when it is one too many."""
        return self._resets_sent.add(account_id) <= self._patience.resets_sent


def _bounded(login_key: str) -> str:
    """No login is longer, and a made-up one of 8 kB must not cost that much memory."""
    return login_key[: MAX_LOGIN_CHARS + 1]


def _delay_s(failures: int, bound: int) -> float:
    """Nothing below the bound; from there one second, growing by a fifth with each failure, to five."""
    return 0.0 if failures < bound else min(MAX_DELAY_S, 1.0 + (failures - bound) / 5)


def _network_of(address: str) -> str:
    """IPv6 by its /64, which one household has (threat B06); an IPv4 address in IPv6 form is itself."""
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return address[:64]
    if not isinstance(parsed, IPv6Address):
        return str(parsed)
    return str(parsed.ipv4_mapped) if parsed.ipv4_mapped else parsed.packed[:8].hex()


@dataclass(slots=True)
class _Window:
    ends_at_s: float
    count: int = 0


class _Windows:
    """Counts by key, each over a window of its own; sorted by when they end, because all last equally long."""

    def __init__(self, clock: Clock, length_s: float, max_keys: int) -> None:
        self._clock = clock
        self._length_s = length_s
        self._max_keys = max_keys
        self._windows: dict[Hashable, _Window] = {}

    def add(self, key: Hashable) -> int:
        """Count one more; the sum within the key's window."""
        now_s = self._clock.monotonic()
        window = self._windows.get(key)
        if window is None or now_s >= window.ends_at_s:
            window = self._begin(key, now_s)
        window.count += 1
        return window.count

    def _begin(self, key: Hashable, now_s: float) -> _Window:
        self._windows.pop(key, None)
        if len(self._windows) >= self._max_keys:
            del self._windows[next(iter(self._windows))]
        window = self._windows[key] = _Window(now_s + self._length_s)
        return window

    def remaining_s(self, key: Hashable) -> float:
        """How long the key's window lasts; 0 when it has none."""
        window = self._windows.get(key)
        return max(0.0, window.ends_at_s - self._clock.monotonic()) if window else 0.0

    def drop(self, key: Hashable) -> None:
        """Forget a key."""
        self._windows.pop(key, None)

    def __len__(self) -> int:
        return len(self._windows)
