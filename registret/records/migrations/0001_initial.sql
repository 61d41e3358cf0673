-- What the database itself refuses about patients and episodes. Which state follows which: records.lifecycle.

-- Row-level security. A transaction says whose rows it may see (records.scope): `registret.sees` is the id of a care
-- provider, `all` for the few acts that concern several, or `leaving` for those that destroy or bring back a patient
-- who has opted out. Without it no row is visible. FORCE binds the owner of the tables too.
CREATE FUNCTION records_sees() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN current_setting('registret.sees', true) ~ '^[0-9]+$'
        THEN current_setting('registret.sees', true)::bigint END
$$;
CREATE FUNCTION records_sees_all() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT current_setting('registret.sees', true) IN ('all', 'leaving')
$$;
CREATE FUNCTION records_sees_leaving() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT current_setting('registret.sees', true) = 'leaving'
$$;

ALTER TABLE records_episode ENABLE ROW LEVEL SECURITY;
ALTER TABLE records_episode FORCE ROW LEVEL SECURITY;
CREATE POLICY own_provider ON records_episode
    USING (care_provider_id = (SELECT records_sees()) OR (SELECT records_sees_all()));

ALTER TABLE records_step ENABLE ROW LEVEL SECURITY;
ALTER TABLE records_step FORCE ROW LEVEL SECURITY;
CREATE POLICY own_provider ON records_step
    USING (care_provider_id = (SELECT records_sees()) OR (SELECT records_sees_all()));

ALTER TABLE records_revision ENABLE ROW LEVEL SECURITY;
ALTER TABLE records_revision FORCE ROW LEVEL SECURITY;
CREATE POLICY own_provider ON records_revision
    USING (care_provider_id = (SELECT records_sees()) OR (SELECT records_sees_all()));

-- A provider sees the patients whom it has an episode of. A scalar sub-select looks for one by its key; an EXISTS would
-- be hashed, that is, all episodes of the provider read for a few patients.
ALTER TABLE records_patient ENABLE ROW LEVEL SECURITY;
ALTER TABLE records_patient FORCE ROW LEVEL SECURITY;
CREATE POLICY own_provider ON records_patient USING ((SELECT records_sees_all()) OR COALESCE((
    SELECT true FROM records_episode e
    WHERE e.patient_id = records_patient.id AND e.care_provider_id = (SELECT records_sees()) LIMIT 1
), false));

ALTER TABLE records_number ENABLE ROW LEVEL SECURITY;
ALTER TABLE records_number FORCE ROW LEVEL SECURITY;
CREATE POLICY own_provider ON records_number USING ((SELECT records_sees_all()) OR COALESCE((
    SELECT true FROM records_episode e
    WHERE e.patient_id = records_number.patient_id AND e.care_provider_id = (SELECT records_sees()) LIMIT 1
), false));

ALTER TABLE records_merge ENABLE ROW LEVEL SECURITY;
ALTER TABLE records_merge FORCE ROW LEVEL SECURITY;
CREATE POLICY own_provider ON records_merge USING ((SELECT records_sees_all()) OR COALESCE((
    SELECT true FROM records_episode e
    WHERE e.patient_id = records_merge.patient_id AND e.care_provider_id = (SELECT records_sees()) LIMIT 1
), false));

ALTER TABLE records_proposal ENABLE ROW LEVEL SECURITY;
ALTER TABLE records_proposal FORCE ROW LEVEL SECURITY;
CREATE POLICY own_provider ON records_proposal
    USING (care_provider_id = (SELECT records_sees()) OR (SELECT records_sees_all()));

-- A patient who has opted out is hidden from everybody at once. The list is short and is read once per query.
CREATE POLICY not_leaving ON records_episode AS RESTRICTIVE
    USING ((SELECT records_sees_leaving()) OR patient_id NOT IN (SELECT patient_id FROM records_leaving));
CREATE POLICY not_leaving ON records_patient AS RESTRICTIVE
    USING ((SELECT records_sees_leaving()) OR id NOT IN (SELECT patient_id FROM records_leaving));
CREATE POLICY not_leaving ON records_number AS RESTRICTIVE
    USING ((SELECT records_sees_leaving()) OR patient_id NOT IN (SELECT patient_id FROM records_leaving));
CREATE POLICY not_leaving ON records_merge AS RESTRICTIVE
    USING ((SELECT records_sees_leaving()) OR patient_id NOT IN (SELECT patient_id FROM records_leaving));

-- While a patient leaves, a step is seen only with its episode, and a revision or a proposal with its step.
CREATE POLICY not_leaving ON records_step AS RESTRICTIVE USING (
    (SELECT records_sees_leaving()) OR (SELECT NOT EXISTS (SELECT FROM records_leaving))
    OR COALESCE((SELECT true FROM records_episode e WHERE e.id = records_step.episode_id), false)
);
CREATE POLICY not_leaving ON records_revision AS RESTRICTIVE USING (
    (SELECT records_sees_leaving()) OR (SELECT NOT EXISTS (SELECT FROM records_leaving))
    OR COALESCE((SELECT true FROM records_step s WHERE s.id = records_revision.step_id), false)
);

CREATE POLICY not_leaving ON records_proposal AS RESTRICTIVE USING (
    (SELECT records_sees_leaving()) OR (SELECT NOT EXISTS (SELECT FROM records_leaving))
    OR COALESCE((SELECT true FROM records_step s WHERE s.id = records_proposal.step_id), false)
);

-- Who sees a step sees the questions about it. One about nothing is seen by acts that see all.
ALTER TABLE records_dataquery ENABLE ROW LEVEL SECURITY;
ALTER TABLE records_dataquery FORCE ROW LEVEL SECURITY;
CREATE POLICY of_step ON records_dataquery USING (
    CASE WHEN step_id IS NULL THEN (SELECT records_sees_all())
    ELSE COALESCE((SELECT true FROM records_step s WHERE s.id = records_dataquery.step_id), false) END
);

-- A step belongs to the care provider of its episode.
ALTER TABLE records_step ADD CONSTRAINT step_of_its_provider
    FOREIGN KEY (episode_id, care_provider_id) REFERENCES records_episode (id, care_provider_id)
    ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED;

-- History is not rewritten. It is deleted with its patient, by an act that says so (registret.destroys).
CREATE FUNCTION records_keep() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND current_setting('registret.destroys', true) = 'yes' THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION '%: append-only', TG_TABLE_NAME USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER records_deletiontally_keep BEFORE UPDATE OR DELETE ON records_deletiontally
    FOR EACH ROW EXECUTE FUNCTION records_keep();
CREATE TRIGGER records_episode_keep BEFORE DELETE ON records_episode FOR EACH ROW EXECUTE FUNCTION records_keep();
CREATE TRIGGER records_formversion_keep BEFORE UPDATE OR DELETE ON records_formversion
    FOR EACH ROW EXECUTE FUNCTION records_keep();
CREATE TRIGGER records_merge_keep BEFORE UPDATE OR DELETE ON records_merge FOR EACH ROW EXECUTE FUNCTION records_keep();
CREATE TRIGGER records_optout_keep BEFORE UPDATE OR DELETE ON records_optout
    FOR EACH ROW EXECUTE FUNCTION records_keep();
CREATE TRIGGER records_step_keep BEFORE DELETE ON records_step FOR EACH ROW EXECUTE FUNCTION records_keep();
CREATE TRIGGER records_takenback_keep BEFORE UPDATE OR DELETE ON records_takenback
    FOR EACH ROW EXECUTE FUNCTION records_keep();

CREATE FUNCTION records_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%: append-only', TG_TABLE_NAME USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER records_disclosurefetch_append_only BEFORE UPDATE OR DELETE ON records_disclosurefetch
    FOR EACH ROW EXECUTE FUNCTION records_append_only();
CREATE TRIGGER records_historyimport_append_only BEFORE UPDATE OR DELETE ON records_historyimport
    FOR EACH ROW EXECUTE FUNCTION records_append_only();

-- Of a retention decision only its completion is added, once.
CREATE FUNCTION records_decided() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.done_at IS NULL AND NEW.done_at IS NOT NULL
        AND to_jsonb(NEW) - 'done_at' = to_jsonb(OLD) - 'done_at' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '%: append-only', TG_TABLE_NAME USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER records_retentiondecision_decided BEFORE UPDATE OR DELETE ON records_retentiondecision
    FOR EACH ROW EXECUTE FUNCTION records_decided();

-- Answers to research questions can be deleted by themselves: whole answers, with nothing written in their place.
CREATE FUNCTION records_only_less(before jsonb, after jsonb) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT NOT EXISTS (SELECT FROM jsonb_each(after) a WHERE before -> a.key IS DISTINCT FROM a.value)
$$;

CREATE FUNCTION records_revision_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('registret.destroys', true) = 'yes' THEN
        IF TG_OP = 'DELETE' THEN
            RETURN OLD;
        ELSIF to_jsonb(NEW) - 'changes' = to_jsonb(OLD) - 'changes' AND records_only_less(OLD.changes, NEW.changes) THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION '%: append-only', TG_TABLE_NAME USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER records_revision_keep BEFORE UPDATE OR DELETE ON records_revision
    FOR EACH ROW EXECUTE FUNCTION records_revision_stays();

CREATE FUNCTION records_step_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('registret.destroys', true) = 'yes'
        AND to_jsonb(NEW) - ARRAY['answers', 'flags', 'lacking', 'research_gone_at']
            = to_jsonb(OLD) - ARRAY['answers', 'flags', 'lacking', 'research_gone_at']
        AND records_only_less(OLD.answers, NEW.answers) AND NEW.research_gone_at IS NOT NULL THEN
        RETURN NEW;
    END IF;
    IF NEW.research_gone_at IS DISTINCT FROM OLD.research_gone_at THEN
        RAISE EXCEPTION 'step %: nothing was destroyed', OLD.id USING ERRCODE = 'check_violation';
    END IF;
    IF OLD.state = 'signed' AND NEW.state = 'signed' AND NEW.answers IS DISTINCT FROM OLD.answers THEN
        RAISE EXCEPTION 'step %: signed, its answers stay', OLD.id USING ERRCODE = 'check_violation';
    END IF;
    IF (NEW.state = 'closed') <> (OLD.state = 'closed') AND NEW.version = OLD.version THEN
        RAISE EXCEPTION 'step %: closed or opened without a revision', OLD.id USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.version < OLD.version OR (NEW.answers IS DISTINCT FROM OLD.answers AND NEW.version = OLD.version) THEN
        RAISE EXCEPTION 'step %: a change without a revision', OLD.id USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER records_step_guard BEFORE UPDATE ON records_step FOR EACH ROW EXECUTE FUNCTION records_step_guard();

-- Decided by a second person: all accounts under one HSA-id, and those that it is linked to, are one person.
CREATE FUNCTION records_disclosure_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE written text[];
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION '%: append-only', TG_TABLE_NAME USING ERRCODE = 'check_violation';
    END IF;
    written := CASE WHEN OLD.state = 'prepared'
        THEN '{state,ended_at,ended_by_id,ended_by_name,'
            'decided_at,decided_by_id,decided_by_name,patients,episodes,forms,key,fetch_until}'
        ELSE '{state,ended_at,ended_by_id,ended_by_name}' END;
    IF to_jsonb(NEW) - written <> to_jsonb(OLD) - written THEN
        RAISE EXCEPTION 'disclosure %: what was written stays', OLD.id USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.state = 'decided' AND OLD.state = 'prepared' AND EXISTS (
        WITH RECURSIVE
        related(one, other) AS (
            SELECT a.id, b.id FROM accounts_account a
            JOIN accounts_account b ON b.hsa_id_key = a.hsa_id_key AND a.hsa_id_key <> ''
            UNION ALL SELECT account_id, old_account_id FROM access_claim WHERE settled_at IS NOT NULL
            UNION ALL SELECT old_account_id, account_id FROM access_claim WHERE settled_at IS NOT NULL
        ),
        theirs(id) AS (
            SELECT NEW.decided_by_id
            UNION SELECT related.other FROM theirs JOIN related ON related.one = theirs.id
        )
        SELECT FROM theirs WHERE theirs.id = OLD.prepared_by_id AND theirs.id <> NEW.decided_by_id) THEN
        RAISE EXCEPTION 'disclosure %: decided by the person who prepared it', OLD.id
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER records_disclosure_guard BEFORE UPDATE OR DELETE ON records_disclosure
    FOR EACH ROW EXECUTE FUNCTION records_disclosure_guard();

-- What was asked stays, and what was answered. It is forgotten with what it was about.
CREATE FUNCTION records_dataquery_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    destroys boolean := current_setting('registret.destroys', true) = 'yes';
    ends text[] := '{state,told_at,outcome,answer,ended_at,ended_by_id,ended_by_name}';
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF destroys OR (OLD.step_id IS NULL AND OLD.state <> 'waiting') THEN
            RETURN OLD;
        END IF;
    ELSIF destroys AND NEW.step_id IS NULL
        AND to_jsonb(NEW) - '{step_id,text,told_at}'::text[] = to_jsonb(OLD) - '{step_id,text,told_at}'::text[] THEN
        RETURN NEW;
    ELSIF OLD.state = 'waiting' AND to_jsonb(NEW) - ends = to_jsonb(OLD) - ends THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'data query %: what was written stays', OLD.id USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER records_dataquery_guard BEFORE UPDATE OR DELETE ON records_dataquery
    FOR EACH ROW EXECUTE FUNCTION records_dataquery_guard();

-- A proposal is decided once. Until then another takes its place; then it goes with what it was about.
CREATE FUNCTION records_proposal_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    destroys boolean := current_setting('registret.destroys', true) = 'yes';
    ends text[] := '{accepted,reason,ended_at,ended_by_id,ended_by_name}';
BEGIN
    IF TG_OP = 'DELETE' AND (destroys OR OLD.ended_at IS NULL) THEN
        RETURN OLD;
    ELSIF TG_OP = 'UPDATE' AND (
        OLD.ended_at IS NULL AND to_jsonb(NEW) - ends = to_jsonb(OLD) - ends
        OR destroys AND to_jsonb(NEW) - '{answers,accepted}'::text[] = to_jsonb(OLD) - '{answers,accepted}'::text[]
            AND records_only_less(OLD.answers, NEW.answers) AND OLD.accepted @> NEW.accepted
    ) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'proposal %: what was decided stays', OLD.id USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER records_proposal_guard BEFORE UPDATE OR DELETE ON records_proposal
    FOR EACH ROW EXECUTE FUNCTION records_proposal_guard();
