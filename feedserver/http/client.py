"""Who asks, and over which scheme: what a proxy says counts only when we were told to trust that proxy."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from aiohttp.web_request import BaseRequest

UNKNOWN = "unknown"

Network = IPv4Network | IPv6Network


class Proxies:
    """The reverse proxies in front of this server, by address."""

    def __init__(self, trusted: Iterable[str | Network] = ()) -> None:
        """`trusted`: addresses or networks. Raises ValueError for what is neither."""
        self._networks: tuple[Network, ...] = tuple(ip_network(text, strict=False) for text in trusted)
        self._known: dict[str, bool] = {}

    def client_address(self, request: BaseRequest) -> str:
        """The address nearest to us that is none of our proxies; what lies beyond it could be made up (threat B04)."""
        peer = request.remote or UNKNOWN
        if "X-Forwarded-For" not in request.headers or not self._is_trusted(peer):
            return peer
        for hop in reversed(",".join(request.headers.getall("X-Forwarded-For")).split(",")):
            address = _bare(hop)
            if address is None:
                break
            peer = address
            if not self._is_trusted(address):
                break
        return peer

    def is_https(self, request: BaseRequest) -> bool:
        """True when the client's own connection is encrypted: what the first of several proxies says.

        Who makes that up is spared the way to https, and nobody else.
        """
        if request.secure:
            return True
        said = request.headers.get("X-Forwarded-Proto")
        if said is None or not self._is_trusted(request.remote or UNKNOWN):
            return False
        return said.partition(",")[0].strip().lower() == "https"

    def _is_trusted(self, address: str) -> bool:
        if not self._networks:
            return False
        known = self._known.get(address)
        if known is None:
            known = self._known[address] = self._is_in_networks(address)
            if len(self._known) > 1024:  # noqa: PLR2004 - a memo, not a limit anybody meets
                self._known.clear()
        return known

    def _is_in_networks(self, address: str) -> bool:
        try:
            parsed = ip_address(address)
        except ValueError:
            return False
        mapped = parsed.ipv4_mapped if isinstance(parsed, IPv6Address) else None
        return any((mapped or parsed) in network for network in self._networks)


def shortened(address: str) -> str:
    """`address` as logs hold it: without the part that points at one person (/24, /48; threat P02)."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return UNKNOWN
    bits = 48 if parsed.version == 6 else 24  # noqa: PLR2004
    return str(ip_network((parsed, bits), strict=False).network_address)


def _bare(hop: str) -> str | None:
    """The address in one X-Forwarded-For entry, with or without a port; None when there is none."""
    text = hop.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        return str(ip_address(text))
    except ValueError:
        return None
