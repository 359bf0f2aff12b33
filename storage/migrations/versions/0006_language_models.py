"""language models

Revision ID: 0006
Revises: 0005
"""

import sqlalchemy as sa
import sqlmodel
from alembic import op


revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('model_use',
    sa.Column('workspace_id', sa.Integer(), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('calls', sa.Integer(), nullable=False),
    sa.Column('tokens_in', sa.Integer(), nullable=False),
    sa.Column('tokens_out', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['workspace_id'], ['workspaces.id'], name=op.f('fk_model_use_workspace_id_workspaces'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('workspace_id', 'day', name=op.f('pk_model_use'))
    )
    op.create_table('kept_grades',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('workspace_id', sa.Integer(), nullable=False),
    sa.Column('member_id', sa.Integer(), nullable=False),
    sa.Column('digest', sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
    sa.Column('grade', sa.Text(), nullable=False),
    sa.Column('at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['member_id'], ['members.id'], name=op.f('fk_kept_grades_member_id_members'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['workspace_id'], ['workspaces.id'], name=op.f('fk_kept_grades_workspace_id_workspaces'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_kept_grades')),
    sa.UniqueConstraint('workspace_id', 'digest', name=op.f('uq_kept_grades_workspace_id_digest'))
    )
    with op.batch_alter_table('kept_grades', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_kept_grades_at'), ['at'], unique=False)
        batch_op.create_index(batch_op.f('ix_kept_grades_member_id'), ['member_id'], unique=False)



def downgrade() -> None:
    with op.batch_alter_table('kept_grades', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_kept_grades_member_id'))
        batch_op.drop_index(batch_op.f('ix_kept_grades_at'))

    op.drop_table('kept_grades')
    op.drop_table('model_use')
