"""an index of the questions that a channel has seen

Rounds of what was not shown become 0, and two indexes leave out rows without a value.

Revision ID: 0013
Revises: 0012
"""

import sqlalchemy as sa
from alembic import op


revision = '0013'
down_revision = '0012'
branch_labels = None
depends_on = None

SHOWN = sa.text("purpose = 'question' AND member_id IS NULL AND round > 0")
OWN = sa.text('member_id IS NOT NULL')
POSTED = sa.text('message_id IS NOT NULL')


def upgrade() -> None:
    op.execute("UPDATE deliveries SET round = 0 WHERE state IN ('skipped', 'failed') AND round > 0")
    op.drop_index('ix_deliveries_member_id', table_name='deliveries')
    op.create_index('ix_deliveries_member_id', 'deliveries', ['member_id'], unique=False, sqlite_where=OWN, postgresql_where=OWN)
    op.drop_index('ix_deliveries_workspace_id_message_id', table_name='deliveries')
    op.create_index('ix_deliveries_workspace_id_message_id', 'deliveries', ['workspace_id', 'message_id'], unique=False, sqlite_where=POSTED, postgresql_where=POSTED)
    op.create_index('ix_deliveries_channel_shown', 'deliveries', ['workspace_id', 'channel', 'question_id', 'round'], unique=False, sqlite_where=SHOWN, postgresql_where=SHOWN)


def downgrade() -> None:
    op.drop_index('ix_deliveries_channel_shown', table_name='deliveries', sqlite_where=SHOWN, postgresql_where=SHOWN)
    op.drop_index('ix_deliveries_workspace_id_message_id', table_name='deliveries', sqlite_where=POSTED, postgresql_where=POSTED)
    op.create_index('ix_deliveries_workspace_id_message_id', 'deliveries', ['workspace_id', 'message_id'], unique=False)
    op.drop_index('ix_deliveries_member_id', table_name='deliveries', sqlite_where=OWN, postgresql_where=OWN)
    op.create_index('ix_deliveries_member_id', 'deliveries', ['member_id'], unique=False)
