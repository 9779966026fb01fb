"""Mail, as the settings say: which server, and what every mail carries."""

from __future__ import annotations

from urllib.parse import urlsplit

from feedserver.mail.address import mailbox_of
from feedserver.mail.envelope import Stamp
from feedserver.mail.transport import DEADLINE_S, MailServer, Security, SmtpTransport
from feedserver.settings import Settings


def mail_transport(settings: Settings, *, deadline_s: float = DEADLINE_S) -> SmtpTransport | None:
    """None when no mail server is set."""
    if not settings.has_mail:
        return None
    server = MailServer(
        host=settings.smtp_host,
        port=settings.smtp_port,
        security=Security(settings.smtp_security),
        user=settings.smtp_user,
        password=settings.smtp_password.get_secret_value(),
    )
    return SmtpTransport(server, local_name=_host_of(settings.base_url), deadline_s=deadline_s)


def mail_stamp(settings: Settings) -> Stamp:
    """Sender and host of every mail."""
    return Stamp(
        sender=mailbox_of(settings.mail_from), sender_name=settings.organisation, host=_host_of(settings.base_url)
    )


def _host_of(base_url: str) -> str:
    """A name as it is, an IPv6 address as SMTP and RFC 5322 write it."""
    host = urlsplit(base_url).hostname or "localhost"
    return f"[IPv6:{host}]" if ":" in host else host
