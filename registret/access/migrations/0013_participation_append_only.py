from django.db import migrations

FORWARD = """
CREATE FUNCTION access_participation_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a decision is never changed: % is refused', TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER access_participation_append_only BEFORE UPDATE OR DELETE ON access_participation
    FOR EACH ROW EXECUTE FUNCTION access_participation_append_only();
"""
BACKWARD = """
DROP TRIGGER access_participation_append_only ON access_participation;
DROP FUNCTION access_participation_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("access", "0012_participation")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
