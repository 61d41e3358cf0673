from django.db import migrations

# The act refuses the same (`oversight.services`). Looked at when a reviewer is named, not later: a review that was given
# out rightly must be possible to close.
FORWARD = """
CREATE FUNCTION oversight_reviewer_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.reviewer_id IS NOT DISTINCT FROM OLD.reviewer_id THEN
        RETURN NEW;
    END IF;
    IF EXISTS (SELECT FROM accounts_account me
               JOIN accounts_account theirs ON theirs.hsa_id_key = me.hsa_id_key
               WHERE me.id = NEW.reviewer_id
               AND (theirs.id = NEW.about_id
                    OR EXISTS (SELECT FROM ledger_entry
                               WHERE by_account_id = theirs.id AND by_clinic_id = NEW.clinic_id
                               AND at >= NEW.since AND at < NEW.until))) THEN
        RAISE EXCEPTION 'review %: nobody reviews a time in which they worked there', NEW.id
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER oversight_reviewer_guard BEFORE INSERT OR UPDATE OF reviewer_id ON oversight_review
    FOR EACH ROW EXECUTE FUNCTION oversight_reviewer_guard();
"""
BACKWARD = """
DROP TRIGGER oversight_reviewer_guard ON oversight_review;
DROP FUNCTION oversight_reviewer_guard();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("oversight", "0002_guards"),
        ("accounts", "0001_initial"),
        ("ledger", "0004_months"),
    ]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
