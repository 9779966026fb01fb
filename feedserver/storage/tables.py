"""The tables. A change here comes with a migration; a test holds the two equal on both engines."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    false,
)

from feedserver.model.account import Role
from feedserver.model.audit import Subject
from feedserver.model.notice import NoticeKind, NoticeState
from feedserver.model.share import DetailLevel, EmbedView, ShareKind, ShareState
from feedserver.model.usage import AppFamily
from feedserver.storage.types import StrEnumText, Strings, UtcDateTime, key_text

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)

meta = Table(
    "meta",
    metadata,
    Column("key", key_text(), primary_key=True),
    Column("value", Text, nullable=False),
)

accounts = Table(
    "accounts",
    metadata,
    Column("id", key_text(), primary_key=True),
    Column("login", Text, nullable=False),
    Column("login_key", key_text(), nullable=False, unique=True),
    Column("display_name", Text, nullable=False),
    Column("email", Text, nullable=False),
    Column("role", StrEnumText(Role), nullable=False),
    Column("password_hash", Text),
    Column("is_active", Boolean, nullable=False),
    Column("version", Integer, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    # None: as the browser asks.
    Column("language", Text),
    # None: each share's own.
    Column("timezone", Text),
)

collections = Table(
    "collections",
    metadata,
    Column("id", key_text(), primary_key=True),
    Column("name", key_text(), nullable=False, index=True),
    Column("owner_id", key_text(), ForeignKey("accounts.id"), index=True),
    Column("timezone", Text, nullable=False),
    Column("color", Text),
    Column("description", Text, nullable=False),
    Column("seq", Integer, nullable=False),
    Column("stamp_at", UtcDateTime, nullable=False),
    Column("settings_at", UtcDateTime, nullable=False),
    Column("deleted_at", UtcDateTime),
    Column("created_at", UtcDateTime, nullable=False),
)


def _collection_id() -> Column[str]:
    """What everything inside a collection begins its key with; it goes when the collection goes."""
    return Column("collection_id", key_text(), ForeignKey("collections.id", ondelete="CASCADE"), primary_key=True)


objects = Table(
    "objects",
    metadata,
    _collection_id(),
    Column("name", key_text(), primary_key=True),
    Column("uid", key_text(), nullable=False),
    Column("component", Text, nullable=False),
    Column("etag", Text, nullable=False),
    Column("first_at", UtcDateTime),
    Column("last_at", UtcDateTime),
    Column("is_recurring", Boolean, nullable=False),
    Column("categories_any", Strings, nullable=False),
    Column("categories_all", Strings, nullable=False),
    Column("search_text", Strings, nullable=False),
    Column("horizon_at", UtcDateTime),
    Column("seq", Integer, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("modified_at", UtcDateTime, nullable=False),
    # Last: SQLite reads a row from its beginning, and the columns above are asked for without it.
    Column("data", LargeBinary, nullable=False),
    UniqueConstraint("collection_id", "uid"),
)
Index("ix_objects_collection_id_last_at", objects.c.collection_id, objects.c.last_at)
Index(
    "ix_objects_horizon_at",
    objects.c.horizon_at,
    sqlite_where=objects.c.horizon_at.is_not(None),
    postgresql_where=objects.c.horizon_at.is_not(None),
)

renditions = Table(
    "renditions",
    metadata,
    _collection_id(),
    Column("name", key_text(), primary_key=True),
    Column("level", StrEnumText(DetailLevel), primary_key=True),
    # The object's own, repeated: a feed of 10,000 events reads no other table.
    Column("uid", key_text(), nullable=False),
    Column("tzids", Strings, nullable=False),
    Column("seq", Integer, nullable=False),
    Column("stamp_at", UtcDateTime, nullable=False),
    Column("body", LargeBinary, nullable=False),
)
# Rows lie in the order they were written, level by level, and this index walks them so. Laid out by their key instead
# (WITHOUT ROWID), whose names are random, an import dirties a page for nearly every row: 77 us an object, not 31.
Index("ix_renditions_collection_id_level_seq", renditions.c.collection_id, renditions.c.level, renditions.c.seq)

changes = Table(
    "changes",
    metadata,
    _collection_id(),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("name", key_text(), primary_key=True),
    Column("uid", key_text(), nullable=False),
    # "put" or "delete".
    Column("kind", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    sqlite_with_rowid=False,
)

shares = Table(
    "shares",
    metadata,
    Column("id", key_text(), primary_key=True),
    Column("kind", StrEnumText(ShareKind), nullable=False),
    Column("name", key_text(), nullable=False, index=True),
    Column("note", Text, nullable=False),
    Column("categories_in", Strings, nullable=False),
    Column("categories_out", Strings, nullable=False),
    Column("words", Strings, nullable=False),
    Column("days_back", Integer),
    Column("days_ahead", Integer),
    Column("starts_at", UtcDateTime),
    Column("expires_at", UtcDateTime),
    Column("state", StrEnumText(ShareState), nullable=False),
    Column("state_at", UtcDateTime, nullable=False),
    Column("serial", Integer, nullable=False),
    Column("rotated_at", UtcDateTime),
    Column("revision", Integer, nullable=False),
    Column("stamp_at", UtcDateTime, nullable=False),
    Column("uid_salt", LargeBinary, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    # Of the form that made it: a form that is sent twice makes one share.
    Column("form_key", key_text(), unique=True, index=True),
    # What a removed share was before, for who takes the removal back.
    Column("state_before", StrEnumText(ShareState)),
    Column("allows_narrowing", Boolean, nullable=False, server_default=false()),
    Column("allows_keys", Boolean, nullable=False, server_default=false()),
    Column("embed_hosts", Strings, nullable=False, server_default="[]"),
    Column("embed_view", StrEnumText(EmbedView), nullable=False, server_default=EmbedView.MONTH),
    Column("embed_color", Text),
)

share_entries = Table(
    "share_entries",
    metadata,
    Column("share_id", key_text(), ForeignKey("shares.id", ondelete="CASCADE"), primary_key=True),
    Column("collection_id", key_text(), ForeignKey("collections.id"), primary_key=True, index=True),
    Column("level", StrEnumText(DetailLevel), nullable=False),
    Column("position", Integer, nullable=False),
)

recipients = Table(
    "recipients",
    metadata,
    Column("id", key_text(), primary_key=True),
    Column("share_id", key_text(), ForeignKey("shares.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("email", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("revoked_at", UtcDateTime),
)

grants = Table(
    "grants",
    metadata,
    Column("share_id", key_text(), ForeignKey("shares.id", ondelete="CASCADE"), primary_key=True),
    Column("account_id", key_text(), ForeignKey("accounts.id"), primary_key=True, index=True),
    Column("granted_at", UtcDateTime, nullable=False),
    Column("withdrawn_at", UtcDateTime),
)

feed_keys = Table(
    "feed_keys",
    metadata,
    Column("id", key_text(), primary_key=True),
    Column("share_id", key_text(), ForeignKey("shares.id", ondelete="CASCADE"), nullable=False, index=True),
    # None: the account was removed; who still asks with its key is told that it is over.
    Column("account_id", key_text(), ForeignKey("accounts.id", ondelete="SET NULL"), index=True),
    Column("created_at", UtcDateTime, nullable=False),
    Column("revoked_at", UtcDateTime),
)

sessions = Table(
    "sessions",
    metadata,
    Column("id", key_text(), primary_key=True),
    # SHA-256 of the cookie: a stolen database logs nobody in.
    Column("digest", key_text(), nullable=False, unique=True),
    Column("account_id", key_text(), ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("created_at", UtcDateTime, nullable=False),
    Column("seen_at", UtcDateTime, nullable=False),
    Column("confirmed_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("is_kept", Boolean, nullable=False),
    Column("agent", Text, nullable=False),
    Column("told", Text, nullable=False),
)

# One-time links on which an account's owner chooses the password; the newest of an account is the one that works.
invitations = Table(
    "invitations",
    metadata,
    Column("id", key_text(), primary_key=True),
    Column("account_id", key_text(), ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("used_at", UtcDateTime),
)

notices = Table(
    "notices",
    metadata,
    Column("id", key_text(), primary_key=True),
    Column("kind", StrEnumText(NoticeKind), nullable=False),
    Column("share_id", key_text(), ForeignKey("shares.id", ondelete="CASCADE"), index=True),
    Column("recipient_id", key_text(), ForeignKey("recipients.id", ondelete="CASCADE"), index=True),
    Column("account_id", key_text(), ForeignKey("accounts.id", ondelete="CASCADE"), index=True),
    Column("sender_id", key_text(), ForeignKey("accounts.id", ondelete="SET NULL")),
    Column("sender_name", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("state", StrEnumText(NoticeState), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_at", UtcDateTime, nullable=False),
    # Until then one node is sending it; another takes it over afterwards.
    Column("leased_until", UtcDateTime),
    Column("created_at", UtcDateTime, nullable=False),
    Column("sent_at", UtcDateTime),
    Column("error", Text, nullable=False),
)
Index("ix_notices_state_next_at", notices.c.state, notices.c.next_at)

audit = Table(
    "audit",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("at", UtcDateTime, nullable=False, index=True),
    # No foreign key: the history outlives the account, without its name (threat P04).
    Column("actor_id", key_text(), index=True),
    Column("actor_name", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("subject", StrEnumText(Subject), nullable=False),
    Column("subject_id", key_text(), nullable=False),
    Column("subject_name", Text, nullable=False),
    Column("share_id", key_text(), index=True),
    # JSON object of text.
    Column("detail", Text, nullable=False),
)

usage = Table(
    "usage",
    metadata,
    Column("share_id", key_text(), ForeignKey("shares.id", ondelete="CASCADE"), primary_key=True),
    # The id of a recipient, an account or a feed key, empty for the general link; one of three, so no foreign key.
    Column("reader_id", key_text(), primary_key=True),
    # ISO date in UTC.
    Column("day", key_text(), primary_key=True),
    Column("family", StrEnumText(AppFamily), primary_key=True),
    Column("count", Integer, nullable=False),
    Column("last_at", UtcDateTime, nullable=False),
)

last_fetches = Table(
    "last_fetches",
    metadata,
    Column("share_id", key_text(), ForeignKey("shares.id", ondelete="CASCADE"), primary_key=True),
    Column("at", UtcDateTime, nullable=False, index=True),
    Column("family", StrEnumText(AppFamily), nullable=False),
)
