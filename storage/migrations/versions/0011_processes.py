"""processes, and an index of what is stuck

Revision ID: 0011
Revises: 0010
"""

import sqlalchemy as sa
import sqlmodel
from alembic import op


revision = '0011'
down_revision = '0010'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('processes',
    sa.Column('owner', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('platforms', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('started_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('seen_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('dispatched_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.PrimaryKeyConstraint('owner', name=op.f('pk_processes'))
    )
    op.create_index('ix_deliveries_due_at_stuck', 'deliveries', ['due_at'], unique=False, sqlite_where=sa.text("state = 'stuck'"), postgresql_where=sa.text("state = 'stuck'"))


def downgrade() -> None:
    op.drop_index('ix_deliveries_due_at_stuck', table_name='deliveries', sqlite_where=sa.text("state = 'stuck'"), postgresql_where=sa.text("state = 'stuck'"))
    op.drop_table('processes')
