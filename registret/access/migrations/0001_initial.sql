-- What the database itself refuses about applications and grants. Which state follows which: access.lifecycle.

-- An application that came to nothing may be deleted; others stay until their account is erased.
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

-- A grant is a decision: it may be revoked, once, and is otherwise never rewritten.
CREATE FUNCTION access_grant_life() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.revoked_at IS NOT NULL THEN
        RAISE EXCEPTION 'grant %: revoked already', OLD.id USING ERRCODE = 'check_violation';
    END IF;
    IF (NEW.account_id, NEW.role, NEW.clinic_id, NEW.sub_registries, NEW.application_id, NEW.source, NEW.begins_at,
        NEW.ends_at, NEW.granted_by_id, NEW.proposed_by_id, NEW.decided_by_names) IS DISTINCT FROM
       (OLD.account_id, OLD.role, OLD.clinic_id, OLD.sub_registries, OLD.application_id, OLD.source, OLD.begins_at,
        OLD.ends_at, OLD.granted_by_id, OLD.proposed_by_id, OLD.decided_by_names) THEN
        RAISE EXCEPTION 'grant %: only revoking changes a grant', OLD.id USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER access_grant_life BEFORE UPDATE ON access_grant FOR EACH ROW EXECUTE FUNCTION access_grant_life();

CREATE FUNCTION access_grant_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM accounts_account WHERE id = OLD.account_id AND erased_at IS NOT NULL) THEN
        RAISE EXCEPTION 'grant %: stays as long as whom it belonged to', OLD.id USING ERRCODE = 'check_violation';
    END IF;
    RETURN OLD;
END $$;
CREATE TRIGGER access_grant_kept BEFORE DELETE ON access_grant FOR EACH ROW EXECUTE FUNCTION access_grant_kept();

-- access.roles.apart_from. The account is locked, as by every act that creates a grant: of two at the same moment, the
-- second sees the grant of the first.
CREATE FUNCTION access_grant_apart() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM accounts_account WHERE id = NEW.account_id FOR NO KEY UPDATE;
    IF EXISTS (
        SELECT 1 FROM access_grant
        WHERE account_id = NEW.account_id AND revoked_at IS NULL
          AND role IN ('registry_office', 'log_reviewer', 'case_handler', 'reporter', 'reader', 'importer', 'exporter')
          AND (role = 'registry_office') <> (NEW.role = 'registry_office')
          AND tstzrange(begins_at, ends_at) && tstzrange(NEW.begins_at, NEW.ends_at)
    ) THEN
        RAISE EXCEPTION 'account %: nobody gives rights and reads patients or the log', NEW.account_id
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER access_grant_apart BEFORE INSERT ON access_grant
    FOR EACH ROW
    WHEN (
        NEW.role IN ('registry_office', 'log_reviewer', 'case_handler', 'reporter', 'reader', 'importer', 'exporter') AND NEW.revoked_at IS NULL
    )
    EXECUTE FUNCTION access_grant_apart();

-- A user who creates a grant at a clinic has it there as local administrator, for the same sub-registries and as long
-- (access.grants.reach); or works at the registry office, where two decide unless a grant that lasts is only prolonged.
-- A changed grant may keep what it had, for as long as it had it. A program (no granted_by) is not bound.
CREATE FUNCTION access_grant_reach() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    own access_grant;
    old access_grant;
    added varchar[] := NEW.sub_registries;
BEGIN
    SELECT * INTO old FROM access_grant
        WHERE NEW.source = 'changed' AND account_id = NEW.account_id AND clinic_id = NEW.clinic_id
          AND revoked_by_id = NEW.granted_by_id AND revoked_at = NEW.begins_at AND revoke_reason = 'changed'
          AND ends_at > NEW.begins_at
        ORDER BY id DESC LIMIT 1;
    IF old.role = NEW.role AND NEW.ends_at <= old.ends_at THEN
        added := ARRAY(SELECT unnest(NEW.sub_registries) EXCEPT SELECT unnest(old.sub_registries));
    END IF;
    SELECT * INTO own FROM access_grant
        WHERE account_id = NEW.granted_by_id AND clinic_id = NEW.clinic_id AND role = 'local_administrator'
          AND revoked_at IS NULL
          AND (added = '{}' OR (sub_registries @> added AND ends_at >= NEW.ends_at));
    IF own.id IS NOT NULL THEN
        RETURN NEW;
    END IF;
    IF NOT EXISTS (SELECT FROM access_grant
                   WHERE account_id = NEW.granted_by_id AND role = 'registry_office' AND revoked_at IS NULL) THEN
        RAISE EXCEPTION 'account % gives at clinic % what it has not, or for longer', NEW.granted_by_id, NEW.clinic_id
            USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.proposed_by_id IS NOT NULL THEN
        IF NOT EXISTS (SELECT FROM access_grant
                       WHERE account_id = NEW.proposed_by_id AND revoked_at IS NULL
                         AND (role = 'registry_office'
                              OR NEW.role IN ('system', 'export_system') AND role = 'local_administrator' AND clinic_id = NEW.clinic_id
                                 AND sub_registries @> NEW.sub_registries AND ends_at >= NEW.ends_at)) THEN
            RAISE EXCEPTION 'account %: proposes what it may not', NEW.proposed_by_id
                USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF old.id IS NOT NULL AND old.sub_registries @> NEW.sub_registries
       AND (NEW.role = old.role OR NEW.role = 'report_reader' OR (NEW.role = 'reader' AND old.role IN ('reporter', 'exporter'))
            OR (NEW.role IN ('reader', 'reporter') AND old.role = 'importer')) THEN
        RETURN NEW;
    END IF;
    IF NEW.role = 'local_administrator' AND (old.role = NEW.role OR EXISTS (
        SELECT FROM access_grant
        WHERE clinic_id = NEW.clinic_id AND role = 'local_administrator' AND revoked_at IS NULL
          AND account_id NOT IN (NEW.account_id, NEW.granted_by_id)
    )) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'account %: at the registry office two decide', NEW.granted_by_id
        USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER access_grant_reach AFTER INSERT ON access_grant
    FOR EACH ROW
    WHEN (NEW.granted_by_id IS NOT NULL AND NEW.clinic_id IS NOT NULL AND NEW.revoked_at IS NULL)
    EXECUTE FUNCTION access_grant_reach();

-- A system has the rights of systems and no other, and no person has it (kernel.identifiers.HsaId.of_system).
CREATE FUNCTION access_grant_of_system() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.role IN ('system', 'export_system')) <> EXISTS (
        SELECT FROM accounts_account WHERE id = NEW.account_id AND hsa_id LIKE 'SYSTEM-%'
    ) THEN
        RAISE EXCEPTION 'account %: a person is no system', NEW.account_id USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER access_grant_of_system BEFORE INSERT ON access_grant
    FOR EACH ROW EXECUTE FUNCTION access_grant_of_system();

-- A settled claim links two accounts: the link is never removed and never moved.
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

CREATE FUNCTION access_participation_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a decision is never changed: % is refused', TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER access_participation_append_only BEFORE UPDATE OR DELETE ON access_participation
    FOR EACH ROW EXECUTE FUNCTION access_participation_append_only();

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

CREATE FUNCTION access_recertificationline_guard() RETURNS trigger LANGUAGE plpgsql AS $$
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
CREATE TRIGGER access_recertificationline_guard BEFORE INSERT OR UPDATE OR DELETE ON access_recertificationline
    FOR EACH ROW EXECUTE FUNCTION access_recertificationline_guard();
