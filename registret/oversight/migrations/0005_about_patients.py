from django.db import migrations, models
from django.db.models import Q

# What was drawn stays, also about whom; whoever did something with the patient in that time does not review it. Reading
# the log about somebody is nothing done with their data.
FORWARD = """
CREATE OR REPLACE FUNCTION oversight_review_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR OLD.closed_at IS NOT NULL THEN
        RAISE EXCEPTION 'review %: % is refused', OLD.id, TG_OP USING ERRCODE = 'check_violation';
    END IF;
    IF (NEW.kind, NEW.clinic_id, NEW.about_id, NEW.about_patient_id, NEW.since, NEW.until, NEW.reason, NEW.population,
        NEW.drawn_at, NEW.drawn_by_id) IS DISTINCT FROM
       (OLD.kind, OLD.clinic_id, OLD.about_id, OLD.about_patient_id, OLD.since, OLD.until, OLD.reason, OLD.population,
        OLD.drawn_at, OLD.drawn_by_id) THEN
        RAISE EXCEPTION 'review %: what was drawn stays', OLD.id USING ERRCODE = 'check_violation';
    END IF;
    IF EXISTS (SELECT FROM oversight_reviewedentry
               WHERE review_id = NEW.id AND by_account_id = NEW.reviewer_id) THEN
        RAISE EXCEPTION 'review %: nobody reviews oneself', OLD.id USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
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
                             AND at >= NEW.since AND at < NEW.until)
                  OR EXISTS (SELECT FROM ledger_entry
                             WHERE by_account_id = theirs.id AND about_patient_id = NEW.about_patient_id
                             AND event NOT IN ('log.read', 'log.exported') AND event NOT LIKE 'review.%'
                             AND at >= NEW.since AND at < NEW.until)) THEN
        RAISE EXCEPTION 'review %: nobody reviews a time in which they worked there', NEW.id
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
"""
BACKWARD = """
CREATE OR REPLACE FUNCTION oversight_review_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR OLD.closed_at IS NOT NULL THEN
        RAISE EXCEPTION 'review %: % is refused', OLD.id, TG_OP USING ERRCODE = 'check_violation';
    END IF;
    IF (NEW.kind, NEW.clinic_id, NEW.about_id, NEW.since, NEW.until, NEW.reason, NEW.population, NEW.drawn_at,
        NEW.drawn_by_id) IS DISTINCT FROM
       (OLD.kind, OLD.clinic_id, OLD.about_id, OLD.since, OLD.until, OLD.reason, OLD.population, OLD.drawn_at,
        OLD.drawn_by_id) THEN
        RAISE EXCEPTION 'review %: what was drawn stays', OLD.id USING ERRCODE = 'check_violation';
    END IF;
    IF EXISTS (SELECT FROM oversight_reviewedentry
               WHERE review_id = NEW.id AND by_account_id = NEW.reviewer_id) THEN
        RAISE EXCEPTION 'review %: nobody reviews oneself', OLD.id USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
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


class Migration(migrations.Migration):
    dependencies = [("oversight", "0004_linked_accounts")]
    operations = [
        migrations.AddField(model_name="review", name="about_patient_id", field=models.BigIntegerField(null=True)),
        migrations.RemoveConstraint(model_name="review", name="review_about_something"),
        migrations.AddConstraint(
            model_name="review",
            constraint=models.CheckConstraint(
                name="review_about_something",
                condition=Q(kind="sample", clinic__isnull=False, about=None, about_patient_id=None)
                | (
                    Q(kind="directed", clinic=None, drawn_by__isnull=False)
                    & (Q(about__isnull=False, about_patient_id=None) | Q(about=None, about_patient_id__isnull=False))
                    & ~Q(reason="")
                ),
            ),
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
