"""The read path of a share: its link, its state, who asks, and its feed, in this order and no other.

Everything that answers an unchanged poll is synchronous and comes from memory that is proven fresh; what has to wait
(the database, a password, a build) has a name of its own. A withdrawn share is never answered by a cache, because the
state is judged anew on every request.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from feedserver.ics.feeds.categories import categories_of
from feedserver.ics.feeds.feed import FeedText, whole
from feedserver.ics.feeds.notices import Tombstone, tombstone
from feedserver.model.account import Account
from feedserver.model.calendar_object import ETag
from feedserver.model.clock import Clock
from feedserver.model.errors import (
    CredentialsRefused,
    FeedserverError,
    LinkForged,
    NotFound,
    StorageUnavailable,
)
from feedserver.model.share import FeedLink, Share, ShareKind, ShareStanding, Standing, standing_of
from feedserver.security.remembered import Remembered
from feedserver.security.signing import KeyRing
from feedserver.security.throttle import Throttle
from feedserver.services.accounts import AccountService
from feedserver.services.busy_feeds import BusyFeed, BusyFeeds
from feedserver.services.feed_assembly import FeedStyle
from feedserver.services.feed_bodies import FeedBodies, FeedVersion
from feedserver.services.feed_state import (
    FeedState,
    Window,
    next_step_at,
    read_current_state,
    whole_second,
    window_of,
)
from feedserver.services.newest import Newest
from feedserver.services.proven import CoarseMarks, Marks, ProvenCopies
from feedserver.storage import accounts as account_rows
from feedserver.storage.engine import Database

BUILD_S = 20.0
"""How long a request waits for a feed to be built before it takes the last good one (F16, F17)."""
MAX_OPEN = 20_000

_FOR_EVER = datetime.max.replace(tzinfo=UTC)

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class OpenShare:
    """A share seen through one link, judged at one moment."""

    token: str
    link: FeedLink
    whole: FeedState
    state: FeedState
    """As the link shows it: the whole, or less through a narrower link."""
    standing: ShareStanding
    window: Window | None
    valid_from: datetime
    valid_until: datetime
    """The next moment at which time alone changes the judgement."""
    needs_login: bool
    """A share that is off asks nobody for a password: there is nothing to protect (T6)."""

    @property
    def share(self) -> Share:
        """The share itself."""
        return self.state.share


@dataclass(frozen=True, slots=True, eq=False)
class OffFeed:
    """The data-free calendar of a share that is off."""

    text: FeedText
    last_modified_at: datetime
    is_off: bool = True
    faces: dict[str, Any] = field(default_factory=dict)
    """As a `FeedVersion` has it."""

    @property
    def etag(self) -> ETag:
        """Of its bytes, so of no live feed."""
        return self.text.etag


class FeedService:
    """Opens shares, recognises members and gives feeds. Belongs to one event loop."""

    def __init__(
        self,
        db: Database,
        *,
        ring: KeyRing,
        marks: Marks,
        clock: Clock,
        accounts: AccountService,
        remembered: Remembered,
        throttle: Throttle,
        bodies: FeedBodies,
        style: FeedStyle,
        retention: timedelta,
    ) -> None:
        self._ring = ring
        self._clock = clock
        self._authenticate = accounts.authenticate
        self._remembered = remembered
        self._throttle = throttle
        self._bodies = bodies
        self._busy = BusyFeeds(db, clock=clock)
        self._style = style
        self._retention = retention
        coarse = CoarseMarks(marks, db)
        self._states: ProvenCopies[FeedState] = ProvenCopies(coarse, partial(read_current_state, db))
        self._accounts: ProvenCopies[Account] = ProvenCopies(coarse, partial(_read_account, db))
        self._open: Newest[str, OpenShare] = Newest(MAX_OPEN)
        self._categories: Newest[str, tuple[FeedVersion, tuple[str, ...]]] = Newest(MAX_OPEN)
        self._off: Newest[tuple[str, ShareStanding], OffFeed] = Newest(MAX_OPEN)

    def note_forged(self, address: str) -> None:
        """Count a forged token. Raises TooManyForgedLinks when this address guesses too much (threat U15)."""
        self._throttle.link_forged(address)

    def recall(self, token: str) -> OpenShare | None:
        """The share, judged as it is now, when memory is proven to be fresh; None: `open` has to ask the database.

        Raises LinkForged, also for a link that was never given out.
        """
        link = self._ring.verify_link(token)
        state = self._states.recall(link.share_id)
        return self._judge(token, link, state) if state is not None else None

    async def open(self, token: str) -> OpenShare:
        """The share, judged as it is now. Raises LinkForged, StorageUnavailable."""
        link = self._ring.verify_link(token)
        try:
            state = await self._states.get(link.share_id)
        except NotFound:
            raise LinkForged("this link is not one of ours") from None
        return self._judge(token, link, state)

    def _judge(self, token: str, link: FeedLink, whole: FeedState) -> OpenShare:
        """A judgement holds for the same state until the next moment that matters, or until the clock is set back."""
        now = self._clock.now()
        known = self._open.get(token)
        if known is not None and known.whole is whole and known.valid_from <= now < known.valid_until:
            return known
        standing = standing_of(whole.share, link, now, retention=self._retention)
        if standing is None:
            raise LinkForged("this link is not one of ours")
        state = whole.narrowed(link.narrowing)
        window = window_of(state, now)
        opened = OpenShare(
            token=token,
            link=link,
            whole=whole,
            state=state,
            standing=standing,
            window=window,
            valid_from=now,
            valid_until=self._next_turn(state, window, now),
            needs_login=_needs_login(state.share, link) and standing.standing is Standing.LIVE,
        )
        self._open.put(token, opened)
        return opened

    def _next_turn(self, state: FeedState, window: Window | None, now: datetime) -> datetime:
        share = state.share
        turns = [share.starts_at, share.expires_at, share.state_at + self._retention]
        if window is not None:
            turns.append(next_step_at(window, state))
        return min((turn for turn in turns if turn is not None and turn > now), default=_FOR_EVER)

    def recognise(self, authorization: str) -> Account | None:
        """Whose credentials these are, when they were good minutes ago and nothing changed since.

        None: `prove` has to look. Any change of the account ends the memory on the next request (threats B05, B06).
        """
        known = self._remembered.find(authorization)
        account = self._accounts.recall(known.account_id) if known is not None else None
        if known is None or account is None:
            return None
        return account if account.is_active and account.version == known.version else None

    async def prove(self, authorization: str, login: str, password: str, *, address: str) -> Account:
        """Whose credentials these are. Raises CredentialsRefused, StorageUnavailable.

        Checking a password takes a while, so the account is judged anew after it.
        """
        account = await self._recognise_fresh(authorization)
        if account is None:
            proven = await self._authenticate(login, (password,), address=address)
            self._remembered.add(authorization, proven.id, proven.version)
            account = await self._recognise_fresh(authorization)
        if account is None:
            raise CredentialsRefused("login or password are not right")
        return account

    async def _recognise_fresh(self, authorization: str) -> Account | None:
        known = self._remembered.find(authorization)
        if known is None:
            return None
        try:
            account = await self._accounts.get(known.account_id)
        except NotFound:
            account = None
        if account is not None and account.is_active and account.version == known.version:
            return account
        self._remembered.forget(authorization)
        return None

    def standing_for(self, opened: OpenShare, account: Account) -> ShareStanding:
        """What the share is to that account: for a member it stands, for a former one it is over.

        Raises CredentialsRefused for who never was a member: the same answer as to a wrong password.
        """
        grant = opened.share.grant(account.id)
        if grant is None:
            raise CredentialsRefused("login or password are not right")
        if grant.withdrawn_at is not None:
            return ShareStanding(standing=Standing.REPLACED, since=grant.withdrawn_at)
        return opened.standing

    def recall_version(self, opened: OpenShare) -> FeedVersion | None:
        """The current version of a live feed, when it was built before; None: `render` has to."""
        return self._bodies.recall_version(opened.state, opened.window)

    def recall_text(self, version: FeedVersion) -> FeedText | None:
        """The bytes of a version, when they are still in memory; None: `render` has to make them again."""
        return self._bodies.recall_text(version)

    async def render(self, opened: OpenShare) -> tuple[FeedVersion, FeedText]:
        """The feed of a live share; when it cannot be built now, the last good one (F16).

        The latter only while the share itself is proven to be as it was: a withdrawn share has no last good feed.
        Raises StorageUnavailable when there is none.
        """
        try:
            async with asyncio.timeout(BUILD_S):
                return await self._bodies.build(opened.state)
        except (StorageUnavailable, TimeoutError) as error:
            reason: Exception = error
        except FeedserverError:
            raise
        except Exception as error:  # noqa: BLE001 - a fault of ours must not take the feed from its subscribers
            _log.exception("the feed of share %s cannot be built", opened.share.id)
            reason = error
        state = (await self._states.get(opened.share.id)).narrowed(opened.link.narrowing)
        last_good = self._bodies.recall_last_good(state) if state.share == opened.share else None
        if last_good is None:
            raise StorageUnavailable("the feed cannot be built now") from reason
        return last_good

    async def categories(self, opened: OpenShare) -> tuple[str, ...]:
        """All categories that the feed of a live share tells, sorted. Raises StorageUnavailable."""
        version = self.recall_version(opened)
        known = self._categories.get(opened.state.key)
        if version is not None and known is not None and known[0] is version:
            return known[1]
        version, text = await self.render(opened)
        told = await asyncio.to_thread(categories_of, text.body)
        self._categories.put(opened.state.key, (version, told))
        return told

    async def busy(self, opened: OpenShare) -> BusyFeed:
        """The busy time of a live share. Raises StorageUnavailable."""
        return await self._busy.get(opened.state)

    def off(self, opened: OpenShare, standing: ShareStanding) -> OffFeed:
        """The data-free calendar for that standing: no event is read for it (T7)."""
        key = (opened.share.id, standing)
        known = self._off.get(key)
        return known if known is not None else self._make_off(opened.share, standing)

    def _make_off(self, share: Share, standing: ShareStanding) -> OffFeed:
        style = self._style
        body = tombstone(
            Tombstone(
                standing=standing.standing,
                since=standing.since,
                share_id=share.id,
                uid_salt=share.uid_salt,
                has_method=style.has_method,
            ),
            style.words,
        )
        feed = OffFeed(whole(body, is_compressed=style.is_compressed), whole_second(standing.since))
        self._off.put((share.id, standing), feed)
        return feed


def _needs_login(share: Share, link: FeedLink) -> bool:
    """A feed key is a member's own: whoever holds it has what they made it for."""
    return share.kind is ShareKind.SECURED and link.recipient_id is None


async def _read_account(db: Database, account_id: str) -> Account:
    async with db.read() as tx:
        account = await account_rows.by_id(tx, account_id)
    if account is None:
        raise NotFound("there is no such account")
    return account
