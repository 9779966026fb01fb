"""Contacts: the people who were given personal links."""

from __future__ import annotations

from feedserver.model.account import email_of
from feedserver.model.contact import Contact, ContactLink
from feedserver.model.errors import InvalidInput, NotFound
from feedserver.storage import contacts
from feedserver.storage.engine import Database

MAX_SUGGESTED = 200
MAX_TEXT_CHARS = 200


class ContactService:
    """Who was given links, and which. What is done to them is done to their share, by `SharingService`."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def list_all(self, *, text: str = "", limit: int = 1_000) -> list[Contact]:
        """Contacts whose address has every word of `text`; the newest first. Raises InvalidInput."""
        if len(text) > MAX_TEXT_CHARS or "\0" in text:
            raise InvalidInput("search for at most {max} characters", field="text", max=MAX_TEXT_CHARS)
        async with self._db.read() as tx:
            return await contacts.list_all(tx, text=text, limit=limit)

    async def find(self, email: str) -> list[ContactLink]:
        """Every link of one address, revoked ones too; the newest first. Raises NotFound."""
        try:
            address = email_of(email)
        except InvalidInput:
            raise NotFound("Nobody of this address was sent a link.") from None
        async with self._db.read() as tx:
            found = await contacts.links_of(tx, address)
        if not found:
            raise NotFound("Nobody of this address was sent a link.")
        return found

    async def suggest(self) -> list[str]:
        """Known addresses for a form to offer, the newest first."""
        return [contact.email for contact in await self.list_all(limit=MAX_SUGGESTED)]
