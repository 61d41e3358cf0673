from django.db import migrations

FORWARD = """
CREATE TRIGGER settings_decision_never_truncated BEFORE TRUNCATE ON settings_decision
    FOR EACH STATEMENT EXECUTE FUNCTION settings_append_only();
"""
BACKWARD = "DROP TRIGGER settings_decision_never_truncated ON settings_decision;"


class Migration(migrations.Migration):
    dependencies = [("settings", "0002_append_only")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
