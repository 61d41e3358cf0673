from django.db import migrations

# While somebody leaves, a step is seen only with its episode, and a revision with its step. A scalar sub-select finds
# that one row by its key; an EXISTS would be hashed, that is, all episodes read for a few steps.
FORWARD = """
CREATE POLICY not_leaving ON records_step AS RESTRICTIVE USING (
    (SELECT records_sees_leaving()) OR (SELECT NOT EXISTS (SELECT FROM records_leaving))
    OR COALESCE((SELECT true FROM records_episode e WHERE e.id = records_step.episode_id), false)
);
CREATE POLICY not_leaving ON records_revision AS RESTRICTIVE USING (
    (SELECT records_sees_leaving()) OR (SELECT NOT EXISTS (SELECT FROM records_leaving))
    OR COALESCE((SELECT true FROM records_step s WHERE s.id = records_revision.step_id), false)
);
"""
BACKWARD = """
DROP POLICY not_leaving ON records_revision;
DROP POLICY not_leaving ON records_step;
"""


class Migration(migrations.Migration):
    dependencies = [("records", "0017_taken_back_again")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
