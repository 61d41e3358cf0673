from django.db import migrations

# The same pairs as accounts.lifecycle.ACCOUNT_LIFE (a house test compares them).
FORWARD = """
CREATE FUNCTION accounts_account_life() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.state <> OLD.state AND (OLD.state, NEW.state) NOT IN (
        ('registered', 'confirmed'),
        ('registered', 'ended'),
        ('confirmed', 'suspended'),
        ('confirmed', 'ended'),
        ('suspended', 'confirmed'),
        ('suspended', 'ended')
    ) THEN
        RAISE EXCEPTION 'account %: no step from % to %', OLD.id, OLD.state, NEW.state USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.hsa_id <> OLD.hsa_id THEN
        RAISE EXCEPTION 'account %: the HSA-id never changes', OLD.id USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER accounts_account_life BEFORE UPDATE ON accounts_account
    FOR EACH ROW EXECUTE FUNCTION accounts_account_life();
"""
BACKWARD = """
DROP TRIGGER accounts_account_life ON accounts_account;
DROP FUNCTION accounts_account_life();
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
