from django.db import migrations

FORWARD = """
CREATE FUNCTION settings_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a decision is never changed: % is refused', TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER settings_decision_append_only BEFORE UPDATE OR DELETE ON settings_decision
    FOR EACH ROW EXECUTE FUNCTION settings_append_only();
"""
BACKWARD = """
DROP TRIGGER settings_decision_append_only ON settings_decision;
DROP FUNCTION settings_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("settings", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
