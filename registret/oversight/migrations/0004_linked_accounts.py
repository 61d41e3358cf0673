from django.db import migrations

# The act refuses the same (`oversight.services`): a person is all accounts under one HSA-id, and under those that it is
# linked to.
FORWARD = """
CREATE OR REPLACE FUNCTION oversight_reviewer_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.reviewer_id IS NOT DISTINCT FROM OLD.reviewer_id THEN
        RETURN NEW;
    END IF;
    IF EXISTS (WITH RECURSIVE
               related(one, other) AS (
                   SELECT a.id, b.id FROM accounts_account a
                   JOIN accounts_account b ON b.hsa_id_key = a.hsa_id_key AND a.hsa_id_key <> ''
                   UNION ALL SELECT account_id, old_account_id FROM access_claim WHERE settled_at IS NOT NULL
                   UNION ALL SELECT old_account_id, account_id FROM access_claim WHERE settled_at IS NOT NULL
               ),
               theirs(id) AS (
                   SELECT NEW.reviewer_id
                   UNION SELECT related.other FROM theirs JOIN related ON related.one = theirs.id
               )
               SELECT FROM theirs
               WHERE theirs.id = NEW.about_id
                  OR EXISTS (SELECT FROM ledger_entry
                             WHERE by_account_id = theirs.id AND by_clinic_id = NEW.clinic_id
                             AND at >= NEW.since AND at < NEW.until)) THEN
        RAISE EXCEPTION 'review %: nobody reviews a time in which they worked there', NEW.id
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
"""
BACKWARD = """
CREATE OR REPLACE FUNCTION oversight_reviewer_guard() RETURNS trigger LANGUAGE plpgsql AS $$
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
"""


class Migration(migrations.Migration):
    dependencies = [("oversight", "0003_reviewers_guard"), ("access", "0010_forgetting")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
