"""standings that are kept, and weekly digests

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
import sqlmodel
from alembic import op


revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None

PERIODS = {
    'sqlite': (
        "'all'",
        "'m' || strftime('%Y-%m', a.slot)",
        "'w' || date(a.slot, 'weekday 0', '-6 days')",
    ),
    'postgresql': (
        "'all'",
        "'m' || to_char(a.slot, 'YYYY-MM')",
        "'w' || to_char(date_trunc('week', a.slot), 'YYYY-MM-DD')",
    ),
}
"""How each database spells the names of periods (bot.domain.standing); a week begins on Monday."""

FILL_TOTALS = """
INSERT INTO totals (workspace_id, period, member_id, points, attempts, listed)
SELECT a.workspace_id, {period}, a.member_id, SUM(a.points), COUNT(*), m.on_leaderboard
FROM attempts AS a
JOIN members AS m ON m.id = a.member_id
JOIN deliveries AS d ON d.id = a.delivery_id
WHERE d.member_id IS NULL
GROUP BY 1, 2, 3, 6
"""

FILL_STEPS = """
INSERT INTO total_steps (workspace_id, period, size, start, members)
SELECT workspace_id, period, {size}, points - points % {size}, COUNT(*)
FROM totals WHERE listed GROUP BY 1, 2, 3, 4
"""


def upgrade() -> None:
    op.create_table('totals',
    sa.Column('workspace_id', sa.Integer(), nullable=False),
    sa.Column('period', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('member_id', sa.Integer(), nullable=False),
    sa.Column('points', sa.Integer(), nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('listed', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['member_id'], ['members.id'], name=op.f('fk_totals_member_id_members'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['workspace_id'], ['workspaces.id'], name=op.f('fk_totals_workspace_id_workspaces'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('workspace_id', 'period', 'member_id', name=op.f('pk_totals'))
    )
    op.create_table('total_steps',
    sa.Column('workspace_id', sa.Integer(), nullable=False),
    sa.Column('period', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('start', sa.Integer(), nullable=False),
    sa.Column('members', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['workspace_id'], ['workspaces.id'], name=op.f('fk_total_steps_workspace_id_workspaces'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('workspace_id', 'period', 'size', 'start', name=op.f('pk_total_steps'))
    )
    op.create_table('streaks',
    sa.Column('member_id', sa.Integer(), nullable=False),
    sa.Column('workspace_id', sa.Integer(), nullable=False),
    sa.Column('through', sa.Date(), nullable=False),
    sa.Column('as_of', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('current', sa.Integer(), nullable=False),
    sa.Column('longest', sa.Integer(), nullable=False),
    sa.Column('freezes', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['member_id'], ['members.id'], name=op.f('fk_streaks_member_id_members'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['workspace_id'], ['workspaces.id'], name=op.f('fk_streaks_workspace_id_workspaces'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('member_id', name=op.f('pk_streaks'))
    )
    with op.batch_alter_table('streaks', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_streaks_workspace_id'), ['workspace_id'], unique=False)
    with op.batch_alter_table('attempts', schema=None) as batch_op:
        batch_op.create_index('ix_attempts_member_id_slot', ['member_id', 'slot'], unique=False)
    with op.batch_alter_table('schedules', schema=None) as batch_op:
        batch_op.add_column(sa.Column('digest', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('digest_due_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True))
        batch_op.create_index(batch_op.f('ix_schedules_digest_due_at'), ['digest_due_at'], unique=False)
    _fill()
    with op.batch_alter_table('totals', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_totals_member_id'), ['member_id'], unique=False)
        batch_op.create_index('ix_totals_standing', ['workspace_id', 'period', 'listed', 'points', 'member_id'], unique=False)


def _fill() -> None:
    """Add up the attempts that there are."""
    for period in PERIODS[op.get_bind().dialect.name]:
        op.execute(FILL_TOTALS.format(period=period))
    for size in (1, 128):
        op.execute(FILL_STEPS.format(size=size))


def downgrade() -> None:
    with op.batch_alter_table('schedules', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_schedules_digest_due_at'))
        batch_op.drop_column('digest_due_at')
        batch_op.drop_column('digest')
    with op.batch_alter_table('attempts', schema=None) as batch_op:
        batch_op.drop_index('ix_attempts_member_id_slot')
    op.drop_table('streaks')
    op.drop_table('total_steps')
    op.drop_table('totals')
