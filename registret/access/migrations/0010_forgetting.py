from django.db import migrations

# How the grants that there are came about, as far as they tell.
SOURCES = """
ALTER TABLE access_grant DISABLE TRIGGER access_grant_life;
UPDATE access_grant SET source = CASE
    WHEN application_id IS NOT NULL THEN 'attested'
    WHEN granted_by_id IS NULL OR role NOT IN ('reporter', 'reader', 'report_reader') THEN 'appointed'
    ELSE 'changed'
END;
ALTER TABLE access_grant ENABLE TRIGGER access_grant_life;
"""

# An application that came to nothing may go; a right and what it came from only with whom they belonged to.
FORWARD = """
CREATE OR REPLACE FUNCTION access_grant_life() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.revoked_at IS NOT NULL THEN
        RAISE EXCEPTION 'grant %: revoked already', OLD.id USING ERRCODE = 'check_violation';
    END IF;
    IF (NEW.account_id, NEW.role, NEW.clinic_id, NEW.sub_registries, NEW.application_id, NEW.source, NEW.begins_at,
        NEW.ends_at, NEW.granted_by_id, NEW.decided_by_names) IS DISTINCT FROM
       (OLD.account_id, OLD.role, OLD.clinic_id, OLD.sub_registries, OLD.application_id, OLD.source, OLD.begins_at,
        OLD.ends_at, OLD.granted_by_id, OLD.decided_by_names) THEN
        RAISE EXCEPTION 'grant %: only revoking changes a grant', OLD.id USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION access_grant_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM accounts_account WHERE id = OLD.account_id AND erased_at IS NOT NULL) THEN
        RAISE EXCEPTION 'grant %: stays as long as whom it belonged to', OLD.id USING ERRCODE = 'check_violation';
    END IF;
    RETURN OLD;
END $$;
CREATE TRIGGER access_grant_kept BEFORE DELETE ON access_grant
    FOR EACH ROW EXECUTE FUNCTION access_grant_kept();

CREATE FUNCTION access_application_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state NOT IN ('declined', 'withdrawn', 'lapsed') AND NOT EXISTS (
        SELECT FROM accounts_account WHERE id = OLD.account_id AND erased_at IS NOT NULL
    ) THEN
        RAISE EXCEPTION 'application %: stays as long as whom it belonged to', OLD.id USING ERRCODE = 'check_violation';
    END IF;
    RETURN OLD;
END $$;
CREATE TRIGGER access_application_kept BEFORE DELETE ON access_application
    FOR EACH ROW EXECUTE FUNCTION access_application_kept();

-- What is settled is the link between two accounts: it is never undone, and never points elsewhere.
CREATE FUNCTION access_claim_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.settled_at IS NOT NULL THEN
        RAISE EXCEPTION 'claim %: is settled', OLD.id USING ERRCODE = 'check_violation';
    END IF;
    IF TG_OP = 'UPDATE' AND (NEW.account_id <> OLD.account_id OR (OLD.proven_at IS NOT NULL AND
        (NEW.old_account_id, NEW.proven_at) IS DISTINCT FROM (OLD.old_account_id, OLD.proven_at))) THEN
        RAISE EXCEPTION 'claim %: what is proven stays', OLD.id USING ERRCODE = 'check_violation';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER access_claim_kept BEFORE UPDATE OR DELETE ON access_claim
    FOR EACH ROW EXECUTE FUNCTION access_claim_kept();
"""
BACKWARD = """
DROP TRIGGER access_claim_kept ON access_claim;
DROP FUNCTION access_claim_kept();
DROP TRIGGER access_application_kept ON access_application;
DROP FUNCTION access_application_kept();
DROP TRIGGER access_grant_kept ON access_grant;
DROP FUNCTION access_grant_kept();
CREATE OR REPLACE FUNCTION access_grant_life() RETURNS trigger LANGUAGE plpgsql AS $$
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
"""


class Migration(migrations.Migration):
    dependencies = [("access", "0009_moving"), ("accounts", "0012_erasure")]
    operations = [
        migrations.RunSQL(SOURCES, migrations.RunSQL.noop),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
