"""What recipients' pages need: options of a share, feed keys, the zone an account's pages show."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def _key() -> sa.types.TypeEngine[str]:
    return sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """From 0002. Nothing is allowed that was not before."""
    op.add_column("accounts", sa.Column("timezone", sa.Text()))
    for name in ("allows_narrowing", "allows_keys"):
        op.add_column("shares", sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("shares", sa.Column("embed_hosts", sa.Text(), nullable=False, server_default="[]"))
    op.add_column("shares", sa.Column("embed_view", sa.Text(), nullable=False, server_default="month"))
    op.add_column("shares", sa.Column("embed_color", sa.Text()))
    _make_feed_keys()


def _make_feed_keys() -> None:
    op.create_table(
        "feed_keys",
        sa.Column("id", _key(), nullable=False),
        sa.Column("share_id", _key(), nullable=False),
        sa.Column("account_id", _key()),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(["share_id"], ["shares.id"], name="fk_feed_keys_share_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_feed_keys_account_id", ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name="pk_feed_keys"),
    )
    for column in ("share_id", "account_id"):
        op.create_index(f"ix_feed_keys_{column}", "feed_keys", [column])
