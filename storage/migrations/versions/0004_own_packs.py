"""own packs, retired questions

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
import sqlmodel
from alembic import op


revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('packs', schema=None) as batch_op:
        batch_op.add_column(sa.Column('on_request', sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table('packs', schema=None) as batch_op:
        batch_op.alter_column('on_request', server_default=None)
        batch_op.create_index('uq_packs_name_shared', ['name'], unique=True, sqlite_where=sa.text('workspace_id IS NULL'), postgresql_where=sa.text('workspace_id IS NULL'))
    op.create_table('retired_questions',
    sa.Column('workspace_id', sa.Integer(), nullable=False),
    sa.Column('slug', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['workspace_id'], ['workspaces.id'], name=op.f('fk_retired_questions_workspace_id_workspaces'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('workspace_id', 'slug', name=op.f('pk_retired_questions'))
    )


def downgrade() -> None:
    op.drop_table('retired_questions')
    with op.batch_alter_table('packs', schema=None) as batch_op:
        batch_op.drop_index('uq_packs_name_shared')
        batch_op.drop_column('on_request')
