-- What the database itself refuses about log reviews and incidents.

-- The sample stays as it was drawn, and a closed review stays closed.
CREATE FUNCTION oversight_review_guard() RETURNS trigger LANGUAGE plpgsql AS $$
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

-- oversight.services refuses the same: a person is all accounts under one HSA-id and those that it is linked to.
-- Checked when a reviewer is named and not later, so that a review that was assigned correctly can be closed. Reading
-- the log about a patient is no act on the patient's data.
CREATE FUNCTION oversight_reviewer_guard() RETURNS trigger LANGUAGE plpgsql AS $$
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
CREATE TRIGGER oversight_reviewer_guard BEFORE INSERT OR UPDATE OF reviewer_id ON oversight_review
    FOR EACH ROW EXECUTE FUNCTION oversight_reviewer_guard();

CREATE FUNCTION oversight_incident_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'an incident is never changed: % is refused', TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER oversight_incident_append_only BEFORE UPDATE OR DELETE ON oversight_incident
    FOR EACH ROW EXECUTE FUNCTION oversight_incident_append_only();
CREATE TRIGGER oversight_incident_never_truncated BEFORE TRUNCATE ON oversight_incident
    FOR EACH STATEMENT EXECUTE FUNCTION oversight_incident_append_only();
CREATE TRIGGER oversight_incidentrevision_append_only BEFORE UPDATE OR DELETE ON oversight_incidentrevision
    FOR EACH ROW EXECUTE FUNCTION oversight_incident_append_only();
CREATE TRIGGER oversight_incidentrevision_never_truncated BEFORE TRUNCATE ON oversight_incidentrevision
    FOR EACH STATEMENT EXECUTE FUNCTION oversight_incident_append_only();
