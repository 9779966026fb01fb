"""What the admin page needs: sessions, invitations, notices, the history of changes, usage."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def _key() -> sa.types.TypeEngine[str]:
    return sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def _moment() -> sa.DateTime:
    return sa.DateTime(timezone=True)


def _of(table: str, column: str, target: str, ondelete: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [target], name=f"fk_{table}_{column}", ondelete=ondelete)


def upgrade() -> None:
    """From 0001."""
    op.add_column("accounts", sa.Column("language", sa.Text()))
    _extend_shares()
    _make_sessions()
    _make_invitations()
    _make_notices()
    _make_audit()
    _make_usage()


def _extend_shares() -> None:
    # An index and not a constraint: SQLite adds one only by making the table anew, and what refers to it would go.
    op.add_column("shares", sa.Column("form_key", _key()))
    op.add_column("shares", sa.Column("state_before", sa.Text()))
    op.create_index("ix_shares_form_key", "shares", ["form_key"], unique=True)


def _make_sessions() -> None:
    op.create_table(
        "sessions",
        sa.Column("id", _key(), nullable=False),
        sa.Column("digest", _key(), nullable=False),
        sa.Column("account_id", _key(), nullable=False),
        sa.Column("created_at", _moment(), nullable=False),
        sa.Column("seen_at", _moment(), nullable=False),
        sa.Column("confirmed_at", _moment(), nullable=False),
        sa.Column("expires_at", _moment(), nullable=False),
        sa.Column("is_kept", sa.Boolean(), nullable=False),
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("told", sa.Text(), nullable=False),
        _of("sessions", "account_id", "accounts.id", "CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_sessions"),
        sa.UniqueConstraint("digest", name="uq_sessions_digest"),
    )
    op.create_index("ix_sessions_account_id", "sessions", ["account_id"])


def _make_invitations() -> None:
    op.create_table(
        "invitations",
        sa.Column("id", _key(), nullable=False),
        sa.Column("account_id", _key(), nullable=False),
        sa.Column("created_at", _moment(), nullable=False),
        sa.Column("expires_at", _moment(), nullable=False),
        sa.Column("used_at", _moment()),
        _of("invitations", "account_id", "accounts.id", "CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_invitations"),
    )
    op.create_index("ix_invitations_account_id", "invitations", ["account_id"])


def _make_notices() -> None:
    op.create_table(
        "notices",
        sa.Column("id", _key(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("share_id", _key()),
        sa.Column("recipient_id", _key()),
        sa.Column("account_id", _key()),
        sa.Column("sender_id", _key()),
        sa.Column("sender_name", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", _moment(), nullable=False),
        sa.Column("leased_until", _moment()),
        sa.Column("created_at", _moment(), nullable=False),
        sa.Column("sent_at", _moment()),
        sa.Column("error", sa.Text(), nullable=False),
        _of("notices", "share_id", "shares.id", "CASCADE"),
        _of("notices", "recipient_id", "recipients.id", "CASCADE"),
        _of("notices", "account_id", "accounts.id", "CASCADE"),
        _of("notices", "sender_id", "accounts.id", "SET NULL"),
        sa.PrimaryKeyConstraint("id", name="pk_notices"),
    )
    for column in ("share_id", "recipient_id", "account_id"):
        op.create_index(f"ix_notices_{column}", "notices", [column])
    op.create_index("ix_notices_state_next_at", "notices", ["state", "next_at"])


def _make_audit() -> None:
    op.create_table(
        "audit",
        sa.Column("seq", sa.Integer(), nullable=False, autoincrement=True),
        sa.Column("at", _moment(), nullable=False),
        sa.Column("actor_id", _key()),
        sa.Column("actor_name", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("subject_id", _key(), nullable=False),
        sa.Column("subject_name", sa.Text(), nullable=False),
        sa.Column("share_id", _key()),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_audit"),
    )
    for column in ("at", "actor_id", "share_id"):
        op.create_index(f"ix_audit_{column}", "audit", [column])


def _make_usage() -> None:
    op.create_table(
        "usage",
        sa.Column("share_id", _key(), nullable=False),
        sa.Column("reader_id", _key(), nullable=False),
        sa.Column("day", _key(), nullable=False),
        sa.Column("family", sa.Text(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("last_at", _moment(), nullable=False),
        _of("usage", "share_id", "shares.id", "CASCADE"),
        sa.PrimaryKeyConstraint("share_id", "reader_id", "day", "family", name="pk_usage"),
    )
    op.create_table(
        "last_fetches",
        sa.Column("share_id", _key(), nullable=False),
        sa.Column("at", _moment(), nullable=False),
        sa.Column("family", sa.Text(), nullable=False),
        _of("last_fetches", "share_id", "shares.id", "CASCADE"),
        sa.PrimaryKeyConstraint("share_id", name="pk_last_fetches"),
    )
    op.create_index("ix_last_fetches_at", "last_fetches", ["at"])
