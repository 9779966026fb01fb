"""The first tables."""

from __future__ import annotations

import secrets

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def _key() -> sa.types.TypeEngine[str]:
    return sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def _moment() -> sa.DateTime:
    return sa.DateTime(timezone=True)


def upgrade() -> None:
    """From an empty database."""
    _make_meta()
    _make_accounts()
    _make_collections()
    _make_objects()
    _make_renditions()
    _make_changes()
    _make_shares()
    _make_share_entries()
    _make_recipients()
    _make_grants()


def _make_meta() -> None:
    meta = op.create_table(
        "meta",
        sa.Column("key", _key(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_meta"),
    )
    op.bulk_insert(
        meta,
        [{"key": "instance_id", "value": secrets.token_hex(16)}, {"key": "epoch", "value": "1"}],
    )


def _make_accounts() -> None:
    op.create_table(
        "accounts",
        sa.Column("id", _key(), nullable=False),
        sa.Column("login", sa.Text(), nullable=False),
        sa.Column("login_key", _key(), nullable=False),
        sa.Column("display_name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text()),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", _moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_accounts"),
        sa.UniqueConstraint("login_key", name="uq_accounts_login_key"),
    )


def _make_collections() -> None:
    op.create_table(
        "collections",
        sa.Column("id", _key(), nullable=False),
        sa.Column("name", _key(), nullable=False),
        sa.Column("owner_id", _key()),
        sa.Column("timezone", sa.Text(), nullable=False),
        sa.Column("color", sa.Text()),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("stamp_at", _moment(), nullable=False),
        sa.Column("settings_at", _moment(), nullable=False),
        sa.Column("deleted_at", _moment()),
        sa.Column("created_at", _moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_collections"),
        sa.ForeignKeyConstraint(["owner_id"], ["accounts.id"], name="fk_collections_owner_id"),
    )
    op.create_index("ix_collections_name", "collections", ["name"])
    op.create_index("ix_collections_owner_id", "collections", ["owner_id"])


def _collection_key(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["collection_id"], ["collections.id"], name=f"fk_{table}_collection_id", ondelete="CASCADE"
    )


def _make_objects() -> None:
    op.create_table(
        "objects",
        sa.Column("collection_id", _key(), nullable=False),
        sa.Column("name", _key(), nullable=False),
        sa.Column("uid", _key(), nullable=False),
        sa.Column("component", sa.Text(), nullable=False),
        sa.Column("etag", sa.Text(), nullable=False),
        sa.Column("first_at", _moment()),
        sa.Column("last_at", _moment()),
        sa.Column("is_recurring", sa.Boolean(), nullable=False),
        sa.Column("categories_any", sa.Text(), nullable=False),
        sa.Column("categories_all", sa.Text(), nullable=False),
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.Column("horizon_at", _moment()),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("created_at", _moment(), nullable=False),
        sa.Column("modified_at", _moment(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("collection_id", "name", name="pk_objects"),
        sa.UniqueConstraint("collection_id", "uid", name="uq_objects_collection_id_uid"),
        _collection_key("objects"),
    )
    op.create_index("ix_objects_collection_id_last_at", "objects", ["collection_id", "last_at"])
    has_horizon = sa.text("horizon_at IS NOT NULL")
    op.create_index(
        "ix_objects_horizon_at", "objects", ["horizon_at"], sqlite_where=has_horizon, postgresql_where=has_horizon
    )


def _make_renditions() -> None:
    op.create_table(
        "renditions",
        sa.Column("collection_id", _key(), nullable=False),
        sa.Column("name", _key(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("uid", _key(), nullable=False),
        sa.Column("tzids", sa.Text(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("stamp_at", _moment(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("collection_id", "name", "level", name="pk_renditions"),
        _collection_key("renditions"),
    )
    op.create_index("ix_renditions_collection_id_level_seq", "renditions", ["collection_id", "level", "seq"])


def _make_changes() -> None:
    op.create_table(
        "changes",
        sa.Column("collection_id", _key(), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", _key(), nullable=False),
        sa.Column("uid", _key(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", _moment(), nullable=False),
        sa.PrimaryKeyConstraint("collection_id", "seq", "name", name="pk_changes"),
        _collection_key("changes"),
        sqlite_with_rowid=False,
    )


def _make_shares() -> None:
    op.create_table(
        "shares",
        sa.Column("id", _key(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", _key(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("categories_in", sa.Text(), nullable=False),
        sa.Column("categories_out", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("days_back", sa.Integer()),
        sa.Column("days_ahead", sa.Integer()),
        sa.Column("starts_at", _moment()),
        sa.Column("expires_at", _moment()),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("state_at", _moment(), nullable=False),
        sa.Column("serial", sa.Integer(), nullable=False),
        sa.Column("rotated_at", _moment()),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("stamp_at", _moment(), nullable=False),
        sa.Column("uid_salt", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", _moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_shares"),
    )
    op.create_index("ix_shares_name", "shares", ["name"])


def _share_key(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["share_id"], ["shares.id"], name=f"fk_{table}_share_id", ondelete="CASCADE")


def _make_share_entries() -> None:
    op.create_table(
        "share_entries",
        sa.Column("share_id", _key(), nullable=False),
        sa.Column("collection_id", _key(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("share_id", "collection_id", name="pk_share_entries"),
        _share_key("share_entries"),
        sa.ForeignKeyConstraint(["collection_id"], ["collections.id"], name="fk_share_entries_collection_id"),
    )
    op.create_index("ix_share_entries_collection_id", "share_entries", ["collection_id"])


def _make_recipients() -> None:
    op.create_table(
        "recipients",
        sa.Column("id", _key(), nullable=False),
        sa.Column("share_id", _key(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("created_at", _moment(), nullable=False),
        sa.Column("revoked_at", _moment()),
        sa.PrimaryKeyConstraint("id", name="pk_recipients"),
        _share_key("recipients"),
    )
    op.create_index("ix_recipients_share_id", "recipients", ["share_id"])


def _make_grants() -> None:
    op.create_table(
        "grants",
        sa.Column("share_id", _key(), nullable=False),
        sa.Column("account_id", _key(), nullable=False),
        sa.Column("granted_at", _moment(), nullable=False),
        sa.Column("withdrawn_at", _moment()),
        sa.PrimaryKeyConstraint("share_id", "account_id", name="pk_grants"),
        _share_key("grants"),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_grants_account_id"),
    )
    op.create_index("ix_grants_account_id", "grants", ["account_id"])
