from django.db import migrations

# The same pairs as access.lifecycle.APPLICATION_LIFE (a house test compares them).
FORWARD = """
CREATE FUNCTION access_application_life() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.state <> OLD.state AND (OLD.state, NEW.state) NOT IN (
        ('waiting', 'attested'),
        ('waiting', 'declined'),
        ('waiting', 'withdrawn'),
        ('waiting', 'lapsed')
    ) THEN
        RAISE EXCEPTION 'application %: no step from % to %', OLD.id, OLD.state, NEW.state
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER access_application_life BEFORE UPDATE ON access_application
    FOR EACH ROW EXECUTE FUNCTION access_application_life();

-- A grant is what somebody decided: it may be revoked, once, and is otherwise never rewritten.
CREATE FUNCTION access_grant_life() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.revoked_at IS NOT NULL THEN
        RAISE EXCEPTION 'grant %: revoked already', OLD.id USING ERRCODE = 'check_violation';
    END IF;
    IF (NEW.account_id, NEW.role, NEW.clinic_id, NEW.sub_registries, NEW.application_id, NEW.begins_at, NEW.ends_at,
        NEW.granted_by_id, NEW.decided_by_names) IS DISTINCT FROM
       (OLD.account_id, OLD.role, OLD.clinic_id, OLD.sub_registries, OLD.application_id, OLD.begins_at, OLD.ends_at,
        OLD.granted_by_id, OLD.decided_by_names) THEN
        RAISE EXCEPTION 'grant %: only revoking changes a grant', OLD.id USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER access_grant_life BEFORE UPDATE ON access_grant
    FOR EACH ROW EXECUTE FUNCTION access_grant_life();
"""
BACKWARD = """
DROP TRIGGER access_grant_life ON access_grant;
DROP FUNCTION access_grant_life();
DROP TRIGGER access_application_life ON access_application;
DROP FUNCTION access_application_life();
"""


class Migration(migrations.Migration):
    dependencies = [("access", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
