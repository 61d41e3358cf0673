from django.db import migrations

FORWARD = """
CREATE FUNCTION oversight_review_guard() RETURNS trigger LANGUAGE plpgsql AS $$
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
CREATE TRIGGER oversight_review_guard BEFORE UPDATE OR DELETE ON oversight_review
    FOR EACH ROW EXECUTE FUNCTION oversight_review_guard();

CREATE FUNCTION oversight_entry_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    of_review oversight_review;
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'a reviewed entry stays' USING ERRCODE = 'check_violation';
    END IF;
    SELECT * INTO of_review FROM oversight_review WHERE id = NEW.review_id;
    IF of_review.closed_at IS NOT NULL THEN
        RAISE EXCEPTION 'review %: is closed', NEW.review_id USING ERRCODE = 'check_violation';
    END IF;
    IF of_review.reviewer_id = NEW.by_account_id THEN
        RAISE EXCEPTION 'review %: nobody reviews oneself', NEW.review_id USING ERRCODE = 'check_violation';
    END IF;
    IF TG_OP = 'UPDATE' AND (NEW.review_id, NEW.entry_id, NEW.by_account_id) IS DISTINCT FROM
        (OLD.review_id, OLD.entry_id, OLD.by_account_id) THEN
        RAISE EXCEPTION 'review %: what was drawn stays', NEW.review_id USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER oversight_entry_guard BEFORE INSERT OR UPDATE OR DELETE ON oversight_reviewedentry
    FOR EACH ROW EXECUTE FUNCTION oversight_entry_guard();
"""
BACKWARD = """
DROP TRIGGER oversight_entry_guard ON oversight_reviewedentry;
DROP FUNCTION oversight_entry_guard();
DROP TRIGGER oversight_review_guard ON oversight_review;
DROP FUNCTION oversight_review_guard();
"""


class Migration(migrations.Migration):
    dependencies = [("oversight", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
