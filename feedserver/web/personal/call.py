"""One request to these pages: by somebody who is logged in, who sends Basic credentials, or who is unknown."""

from __future__ import annotations

from aiohttp import web

from feedserver.http.told import Told
from feedserver.http.visit import Visit
from feedserver.model.account import Account
from feedserver.model.session import SignedIn
from feedserver.web.personal.desk import Desk, PersonalServices


class Call(Visit):
    """What a view gets."""

    def __init__(self, desk: Desk, request: web.Request, signed_in: SignedIn | None, proven: Account | None) -> None:
        """`proven`: whose Basic credentials came with the request; None where a session says who it is."""
        super().__init__(desk, request, signed_in)
        self.desk = desk
        self._proven = proven
        if proven is not None:
            self.language = desk.languages.chosen(proven.language, request.headers.get("Accept-Language", ""))

    @property
    def services(self) -> PersonalServices:
        """The services behind these pages."""
        return self.desk.services

    @property
    def account(self) -> Account:
        """Who asks. Raises LoginNeeded."""
        return self._proven or super().account

    def need_account(self) -> None:
        """Raises LoginNeeded for who is unknown."""
        if self._proven is None:
            self._known()

    @property
    def has_recent_password(self) -> bool:
        """True while sensitive things need no password, and where it came with the request."""
        return self._proven is not None or super().has_recent_password

    async def tell(self, message: Told) -> None:
        """Show this on the next page of the session; without one nothing is told."""
        if self.is_signed_in:
            await super().tell(message)

    def common(self, told: tuple[Told, ...] = ()) -> dict[str, object]:
        """What the base template and the macros use."""
        account = self._proven or (self.account if self.is_signed_in else None)
        known: dict[str, object] = {"account": account, "has_session": self.is_signed_in}
        if account is not None and account.timezone is not None:
            known["zone"] = account.timezone
        return super().common(told) | known
