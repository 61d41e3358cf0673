from django.db import migrations

# What was destroyed and what was decided stays as it was written; of a decision only that it has been carried out is
# added, once.
FORWARD = """
CREATE TRIGGER records_destruction_keep BEFORE UPDATE OR DELETE ON records_destruction
    FOR EACH ROW EXECUTE FUNCTION records_keep();
CREATE FUNCTION records_decided() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.done_at IS NULL AND NEW.done_at IS NOT NULL
        AND to_jsonb(NEW) - 'done_at' = to_jsonb(OLD) - 'done_at' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '%: append-only', TG_TABLE_NAME USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER records_keeping_decided BEFORE UPDATE OR DELETE ON records_keeping
    FOR EACH ROW EXECUTE FUNCTION records_decided();
"""
BACKWARD = """
DROP TRIGGER records_keeping_decided ON records_keeping;
DROP FUNCTION records_decided();
DROP TRIGGER records_destruction_keep ON records_destruction;
"""


class Migration(migrations.Migration):
    dependencies = [("records", "0003_rights")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
