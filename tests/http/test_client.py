from __future__ import annotations

import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request

from feedserver.http.client import Proxies, shortened


class _Transport:
    """As little of a connection as aiohttp asks for."""

    def __init__(self, peer: str) -> None:
        self._peer = peer

    def get_extra_info(self, name: str, default: object = None) -> object:
        return (self._peer, 1234) if name == "peername" else default


def _asked(peer: str, **headers: str) -> web.Request:
    spelled = {name.replace("_", "-"): value for name, value in headers.items()}
    return make_mocked_request("GET", "/", headers=spelled, transport=_Transport(peer))


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("192.0.2.9", "203.0.113.5", "192.0.2.9"),
        ("10.0.0.1", "203.0.113.5", "203.0.113.5"),
        ("10.0.0.1", "6.6.6.6, 203.0.113.5", "203.0.113.5"),
        ("10.0.0.1", "203.0.113.5, 10.0.0.2", "203.0.113.5"),
        ("10.0.0.1", "203.0.113.5:4711", "203.0.113.5"),
        ("10.0.0.1", "[2001:db8::1]:4711", "2001:db8::1"),
        ("10.0.0.1", "nonsense", "10.0.0.1"),
        ("10.0.0.1", "", "10.0.0.1"),
    ],
)
def test_b04_only_what_a_trusted_proxy_adds_is_believed(peer: str, forwarded: str, client: str) -> None:
    assert Proxies(["10.0.0.0/8"]).client_address(_asked(peer, X_Forwarded_For=forwarded)) == client


def test_b04_without_proxies_nothing_is_believed() -> None:
    request = _asked("10.0.0.1", X_Forwarded_For="203.0.113.5", X_Forwarded_Proto="https")
    assert Proxies().client_address(request) == "10.0.0.1"
    assert not Proxies().is_https(request)


def test_the_scheme_is_what_a_trusted_proxy_says() -> None:
    proxies = Proxies(["10.0.0.1"])
    assert proxies.is_https(_asked("10.0.0.1", X_Forwarded_Proto="https"))
    assert not proxies.is_https(_asked("10.0.0.1", X_Forwarded_Proto="http"))
    assert not proxies.is_https(_asked("10.0.0.1"))
    assert not proxies.is_https(_asked("192.0.2.9", X_Forwarded_Proto="https"))


def test_an_ipv4_peer_on_an_ipv6_socket_is_the_same_peer() -> None:
    assert Proxies(["10.0.0.1"]).is_https(_asked("::ffff:10.0.0.1", X_Forwarded_Proto="https"))


@pytest.mark.parametrize(
    ("address", "shown"),
    [("203.0.113.5", "203.0.113.0"), ("2001:db8:1:2::3", "2001:db8:1::"), ("unknown", "unknown"), ("", "unknown")],
)
def test_p02_logs_hold_shortened_addresses(address: str, shown: str) -> None:
    assert shortened(address) == shown
