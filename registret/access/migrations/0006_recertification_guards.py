from django.db import migrations

# The same pairs as access.lifecycle.LINE_LIFE (a house test compares them).
FORWARD = """
CREATE FUNCTION access_recertification_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR OLD.closed_at IS NOT NULL THEN
        RAISE EXCEPTION 'recertification %: % is refused', OLD.id, TG_OP USING ERRCODE = 'check_violation';
    END IF;
    IF (NEW.id, NEW.clinic_id, NEW.opened_at, NEW.due_at, NEW.opened_by_id, NEW.reason) IS DISTINCT FROM
       (OLD.id, OLD.clinic_id, OLD.opened_at, OLD.due_at, OLD.opened_by_id, OLD.reason) THEN
        RAISE EXCEPTION 'recertification %: it can only be closed', OLD.id USING ERRCODE = 'check_violation';
    END IF;
    IF EXISTS (SELECT FROM access_recertificationline
               WHERE recertification_id = OLD.id AND state = 'unanswered') THEN
        RAISE EXCEPTION 'recertification %: not all is settled', OLD.id USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER access_recertification_guard BEFORE UPDATE OR DELETE ON access_recertification
    FOR EACH ROW EXECUTE FUNCTION access_recertification_guard();

CREATE FUNCTION access_recertificationline_life() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    whole access_recertification;
    what access_grant;
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF OLD.state = 'unanswered'
           OR EXISTS (SELECT FROM accounts_account WHERE id = OLD.account_id AND state <> 'ended') THEN
            RAISE EXCEPTION 'line %: a line stays as long as the account', OLD.id USING ERRCODE = 'check_violation';
        END IF;
        RETURN OLD;
    END IF;
    IF TG_OP = 'UPDATE' THEN
        IF (NEW.id, NEW.recertification_id, NEW.grant_id, NEW.account_id) IS DISTINCT FROM
           (OLD.id, OLD.recertification_id, OLD.grant_id, OLD.account_id) THEN
            RAISE EXCEPTION 'line %: only an answer changes it', OLD.id USING ERRCODE = 'check_violation';
        END IF;
        IF (OLD.state, NEW.state) NOT IN (
            ('unanswered', 'kept'),
            ('unanswered', 'changed'),
            ('unanswered', 'ended'),
            ('unanswered', 'silent'),
            ('unanswered', 'overtaken')
        ) THEN
            RAISE EXCEPTION 'line %: no step from % to %', OLD.id, OLD.state, NEW.state
                USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    END IF;
    SELECT * INTO whole FROM access_recertification WHERE id = NEW.recertification_id;
    SELECT * INTO what FROM access_grant WHERE id = NEW.grant_id;
    IF NEW.state <> 'unanswered' OR whole.closed_at IS NOT NULL THEN
        RAISE EXCEPTION 'a line begins unanswered, and not afterwards' USING ERRCODE = 'check_violation';
    END IF;
    IF what.account_id <> NEW.account_id OR what.clinic_id IS DISTINCT FROM whole.clinic_id
       OR what.revoked_at IS NOT NULL OR what.begins_at > whole.opened_at OR what.ends_at <= whole.opened_at THEN
        RAISE EXCEPTION 'a line is about a grant that is valid at the clinic when it is asked about'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER access_recertificationline_life BEFORE INSERT OR UPDATE OR DELETE ON access_recertificationline
    FOR EACH ROW EXECUTE FUNCTION access_recertificationline_life();
"""
BACKWARD = """
DROP TRIGGER access_recertificationline_life ON access_recertificationline;
DROP FUNCTION access_recertificationline_life();
DROP TRIGGER access_recertification_guard ON access_recertification;
DROP FUNCTION access_recertification_guard();
"""


class Migration(migrations.Migration):
    dependencies = [("access", "0005_recertification")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
