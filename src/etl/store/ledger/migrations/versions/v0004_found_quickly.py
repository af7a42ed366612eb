"""What a night and a status ask of years of submissions is found without looking at all of them."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_submissions_period", "submissions", ["period", "form"])
    op.create_index("ix_readings_batch", "readings", ["batch"])
    op.create_index("ix_deliveries_batch", "deliveries", ["batch"])
    op.create_index("ix_deliveries_name", "deliveries", ["name"])
    op.create_index("ix_deliveries_state", "deliveries", ["state"])
    op.create_index("ix_findings_severity", "findings", ["severity"])
    op.create_index("ix_findings_submission", "findings", ["submission"])
    op.create_index("ix_events_kind", "events", ["kind"])
