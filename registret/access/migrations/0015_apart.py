from django.db import migrations

# The roles of access.roles.apart_from. The account is locked, as by every act that gives a right: of two who give one
# each at the same moment, the second sees the first.
FORWARD = """
CREATE FUNCTION access_grant_apart() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM accounts_account WHERE id = NEW.account_id FOR NO KEY UPDATE;
    IF EXISTS (
        SELECT 1 FROM access_grant
        WHERE account_id = NEW.account_id AND revoked_at IS NULL
          AND role IN ('registry_office', 'log_reviewer', 'case_handler')
          AND (role = 'registry_office') <> (NEW.role = 'registry_office')
          AND tstzrange(begins_at, ends_at) && tstzrange(NEW.begins_at, NEW.ends_at)
    ) THEN
        RAISE EXCEPTION 'account %: nobody gives rights and reads patients or the log', NEW.account_id
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER access_grant_apart BEFORE INSERT ON access_grant FOR EACH ROW
    WHEN (NEW.role IN ('registry_office', 'log_reviewer', 'case_handler') AND NEW.revoked_at IS NULL)
    EXECUTE FUNCTION access_grant_apart();
"""
BACKWARD = """
DROP TRIGGER access_grant_apart ON access_grant;
DROP FUNCTION access_grant_apart();
"""


class Migration(migrations.Migration):
    dependencies = [("access", "0014_nominations"), ("accounts", "0012_erasure")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
