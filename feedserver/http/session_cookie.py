"""The cookie of a session (threat A06): `__Host-` and Secure where the address is https, HttpOnly, SameSite=Lax."""

from __future__ import annotations

from aiohttp import web

from feedserver.http.headers import HeaderPolicy

_KEPT_S = 30 * 24 * 3600


def name_of(policy: HeaderPolicy) -> str:
    """Its name: only a https site may set a `__Host-` cookie, and no other host can set it for us."""
    return "__Host-session" if policy.is_https else "session"


def read(request: web.Request, policy: HeaderPolicy) -> str | None:
    """The secret that the browser sent; None when there is none, or what cannot be one of ours (threat I38)."""
    secret = request.cookies.get(name_of(policy), "")
    return secret if secret and secret.isascii() else None


def setting(secret: str, policy: HeaderPolicy, *, is_kept: bool) -> tuple[str, str]:
    """The header that gives a browser its secret, for as long as it runs or for a month."""
    lifetime = f"; Max-Age={_KEPT_S}" if is_kept else ""
    return ("Set-Cookie", f"{name_of(policy)}={secret}{_marks(policy)}{lifetime}")


def clearing(policy: HeaderPolicy) -> tuple[str, str]:
    """The header that takes it back."""
    return ("Set-Cookie", f"{name_of(policy)}={_marks(policy)}; Max-Age=0")


def _marks(policy: HeaderPolicy) -> str:
    return "; Path=/; HttpOnly; SameSite=Lax" + ("; Secure" if policy.is_https else "")
