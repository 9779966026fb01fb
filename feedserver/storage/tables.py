"""The tables. A change here comes with a migration; a test holds the two equal on both engines."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, LargeBinary, MetaData, Table, Text, UniqueConstraint

from feedserver.model.account import Role
from feedserver.model.share import DetailLevel, ShareKind, ShareState
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
