"""Mail addresses as SMTP takes them: the domain in ASCII, the rest in ASCII or with SMTPUTF8 (RFC 6531)."""

from __future__ import annotations

from dataclasses import dataclass

import idna

from feedserver.model.errors import InvalidInput


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailbox:
    """Where a mail goes to or comes from."""

    local: str
    domain: str
    """In ASCII: an international name in its `xn--` form."""

    @property
    def address(self) -> str:
        """As it stands in the envelope."""
        return f"{self.local}@{self.domain}"

    @property
    def needs_utf8(self) -> bool:
        """True when only a server with SMTPUTF8 can write to it (threat M21)."""
        return not self.local.isascii()

    def __repr__(self) -> str:
        """Without the address: a repr ends up in logs."""
        return "Mailbox()"


def mailbox_of(email: str) -> Mailbox:
    """The mailbox of an address that `email_of` has let in. Raises InvalidInput when its domain cannot exist.

    IDNA 2008 (RFC 5891) after UTS 46's mapping: IDNA 2003 would write to another domain for some letters, such as ß.
    """
    local, _, domain = email.rpartition("@")
    try:
        ascii_domain = domain.lower() if domain.isascii() else idna.encode(domain, uts46=True).decode()
    except idna.IDNAError as error:
        raise InvalidInput("there can be no mail domain of that name", field="email") from error
    return Mailbox(local=local, domain=ascii_domain)
