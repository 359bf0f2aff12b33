"""drafts and left workspaces

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
import sqlmodel
from alembic import op


revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('drafts',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('workspace_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('kind', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('state', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('question_id', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('source', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('channel', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('author_id', sa.Integer(), nullable=True),
    sa.Column('words', sa.Text(), nullable=False),
    sa.Column('at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('decided_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.ForeignKeyConstraint(['author_id'], ['members.id'], name=op.f('fk_drafts_author_id_members'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['workspace_id'], ['workspaces.id'], name=op.f('fk_drafts_workspace_id_workspaces'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_drafts')),
    sa.UniqueConstraint('workspace_id', 'number', name=op.f('uq_drafts_workspace_id_number'))
    )
    with op.batch_alter_table('drafts', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_drafts_author_id'), ['author_id'], unique=False)
        batch_op.create_index('ix_drafts_workspace_id_state', ['workspace_id', 'state'], unique=False)

    op.create_index(op.f('ix_deliveries_question_key'), 'deliveries', ['question_key'])
    with op.batch_alter_table('workspaces', schema=None) as batch_op:
        batch_op.add_column(sa.Column('left_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True))
        batch_op.add_column(sa.Column('left_because', sa.Text(), nullable=True))
        batch_op.add_column(sa.Column('erase_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True))
        batch_op.create_index('ix_workspaces_erase_at_left', ['erase_at'], unique=False, sqlite_where=sa.text('erase_at IS NOT NULL'), postgresql_where=sa.text('erase_at IS NOT NULL'))



def downgrade() -> None:
    op.drop_index(op.f('ix_deliveries_question_key'), 'deliveries')
    with op.batch_alter_table('workspaces', schema=None) as batch_op:
        batch_op.drop_index('ix_workspaces_erase_at_left', sqlite_where=sa.text('erase_at IS NOT NULL'), postgresql_where=sa.text('erase_at IS NOT NULL'))
        batch_op.drop_column('erase_at')
        batch_op.drop_column('left_because')
        batch_op.drop_column('left_at')

    with op.batch_alter_table('drafts', schema=None) as batch_op:
        batch_op.drop_index('ix_drafts_workspace_id_state')
        batch_op.drop_index(batch_op.f('ix_drafts_author_id'))

    op.drop_table('drafts')
