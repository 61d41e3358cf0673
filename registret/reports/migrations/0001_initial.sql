-- Facts follow what they are made from, and cells follow facts, whatever act or program makes the change.

-- A fact is a patient's: who sees the episode sees it (records.scope).
ALTER TABLE reports_fact ENABLE ROW LEVEL SECURITY;
ALTER TABLE reports_fact FORCE ROW LEVEL SECURITY;
CREATE POLICY own_provider ON reports_fact
    USING (care_provider_id = (SELECT records_sees()) OR (SELECT records_sees_all()));

ALTER TABLE reports_remark ENABLE ROW LEVEL SECURITY;
ALTER TABLE reports_remark FORCE ROW LEVEL SECURITY;
CREATE POLICY own_provider ON reports_remark
    USING (care_provider_id = (SELECT records_sees()) OR (SELECT records_sees_all()));

-- Who sees an episode sees that its facts are stale.
ALTER TABLE reports_staleepisode ENABLE ROW LEVEL SECURITY;
ALTER TABLE reports_staleepisode FORCE ROW LEVEL SECURITY;
CREATE POLICY of_episode ON reports_staleepisode
    USING (EXISTS (SELECT FROM records_episode e WHERE e.id = episode_id));

CREATE FUNCTION reports_never_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%: a fact is made anew, not changed', TG_TABLE_NAME USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER reports_fact_never_changed BEFORE UPDATE ON reports_fact
    FOR EACH ROW EXECUTE FUNCTION reports_never_changed();
CREATE TRIGGER reports_remark_never_changed BEFORE UPDATE ON reports_remark
    FOR EACH ROW EXECUTE FUNCTION reports_never_changed();

-- What others have been told stays: a change between two moments could be one patient.
CREATE FUNCTION reports_told() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%: an edition is never changed', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER reports_edition_told BEFORE UPDATE OR DELETE ON reports_edition
    FOR EACH ROW EXECUTE FUNCTION reports_told();
CREATE TRIGGER reports_editioncell_told BEFORE UPDATE OR DELETE ON reports_editioncell
    FOR EACH ROW EXECUTE FUNCTION reports_told();

CREATE FUNCTION reports_decided() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a decision is never changed: % is refused', TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER reports_publication_append_only BEFORE UPDATE OR DELETE ON reports_publication
    FOR EACH ROW EXECUTE FUNCTION reports_decided();
CREATE TRIGGER reports_publication_never_truncated BEFORE TRUNCATE ON reports_publication
    FOR EACH STATEMENT EXECUTE FUNCTION reports_decided();

-- A newer file counts instead of an older one, which is kept.
CREATE FUNCTION reports_coverage_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%: counts are replaced by a newer file, not changed', TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER reports_coveragefile_kept BEFORE UPDATE OR DELETE ON reports_coveragefile
    FOR EACH ROW EXECUTE FUNCTION reports_coverage_kept();
CREATE TRIGGER reports_coveragecount_kept BEFORE UPDATE OR DELETE ON reports_coveragecount
    FOR EACH ROW EXECUTE FUNCTION reports_coverage_kept();

-- Cells are the sums of facts, always: each statement that adds or takes facts changes them by the difference.
CREATE FUNCTION reports_count() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM changed) THEN
        RETURN NULL;
    END IF;
    -- One transaction at a time: two that changed the same cells in another order would wait for each other.
    PERFORM pg_advisory_xact_lock(hashtextextended('reports:cells', 1));
    IF TG_OP = 'INSERT' THEN
        INSERT INTO reports_cell AS c (sub_registry, indicator, version, stratum, clinic_id, month, value,
                                       reached, not_reached, valued, missing, unplaced)
        SELECT f.sub_registry, f.indicator, f.version, s, f.clinic_id, f.month, f.value,
               count(*) FILTER (WHERE f.outcome = 'reached'), count(*) FILTER (WHERE f.outcome = 'not_reached'),
               count(*) FILTER (WHERE f.outcome = 'valued'), count(*) FILTER (WHERE f.outcome = 'missing'),
               count(*) FILTER (WHERE f.outcome = 'unplaced')
        FROM changed f, unnest(f.strata) s
        GROUP BY f.sub_registry, f.indicator, f.version, s, f.clinic_id, f.month, f.value
        ON CONFLICT (sub_registry, indicator, version, stratum, clinic_id, month, value) DO UPDATE SET
            reached = c.reached + EXCLUDED.reached, not_reached = c.not_reached + EXCLUDED.not_reached,
            valued = c.valued + EXCLUDED.valued, missing = c.missing + EXCLUDED.missing,
            unplaced = c.unplaced + EXCLUDED.unplaced;
        RETURN NULL;
    END IF;
    -- A cell that nobody is left in goes: its value would still tell of the one who was.
    WITH less AS (
        SELECT f.sub_registry, f.indicator, f.version, s AS stratum, f.clinic_id, f.month, f.value,
               count(*) FILTER (WHERE f.outcome = 'reached') AS reached,
               count(*) FILTER (WHERE f.outcome = 'not_reached') AS not_reached,
               count(*) FILTER (WHERE f.outcome = 'valued') AS valued,
               count(*) FILTER (WHERE f.outcome = 'missing') AS missing,
               count(*) FILTER (WHERE f.outcome = 'unplaced') AS unplaced,
               count(*) AS number
        FROM changed f, unnest(f.strata) s
        GROUP BY f.sub_registry, f.indicator, f.version, s, f.clinic_id, f.month, f.value
    ), emptied AS (
        DELETE FROM reports_cell c USING less
        WHERE (c.sub_registry, c.indicator, c.version, c.stratum, c.clinic_id, c.month)
              = (less.sub_registry, less.indicator, less.version, less.stratum, less.clinic_id, less.month)
          AND c.value IS NOT DISTINCT FROM less.value
          AND c.reached + c.not_reached + c.valued + c.missing + c.unplaced = less.number
    )
    UPDATE reports_cell c SET
        reached = c.reached - less.reached, not_reached = c.not_reached - less.not_reached,
        valued = c.valued - less.valued, missing = c.missing - less.missing, unplaced = c.unplaced - less.unplaced
    FROM less
    WHERE (c.sub_registry, c.indicator, c.version, c.stratum, c.clinic_id, c.month)
          = (less.sub_registry, less.indicator, less.version, less.stratum, less.clinic_id, less.month)
      AND c.value IS NOT DISTINCT FROM less.value
      AND c.reached + c.not_reached + c.valued + c.missing + c.unplaced <> less.number;
    RETURN NULL;
END $$;
CREATE TRIGGER reports_fact_counted AFTER INSERT ON reports_fact
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION reports_count();
CREATE TRIGGER reports_fact_discounted AFTER DELETE ON reports_fact
    REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION reports_count();

-- The facts of patients' episodes are made anew by the worker. Where what they say may no longer be said, they are
-- taken away at once. Of the episodes that the transaction sees: what one care provider's answers say about a death
-- counts at that provider only.
CREATE FUNCTION reports_make_anew(patients bigint[], takes_away boolean) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF takes_away THEN
        DELETE FROM reports_fact f USING records_episode e WHERE e.id = f.episode_id AND e.patient_id = ANY (patients);
        DELETE FROM reports_remark r USING records_episode e WHERE e.id = r.episode_id AND e.patient_id = ANY (patients);
    END IF;
    INSERT INTO reports_staleepisode (episode_id)
        SELECT e.id FROM records_episode e WHERE e.patient_id = ANY (patients)
        ON CONFLICT DO NOTHING;
END $$;

-- A step counts when it is signed, or closed by a death (registries.measuring). Drafts change nothing.
CREATE FUNCTION reports_of_new_steps() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE patients bigint[] := ARRAY(SELECT e.patient_id FROM changed n JOIN records_episode e ON e.id = n.episode_id
                                   WHERE n.state IN ('signed', 'closed'));
BEGIN
    IF patients <> '{}' THEN
        PERFORM reports_make_anew(patients, false);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER records_step_reports_new AFTER INSERT ON records_step
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION reports_of_new_steps();

CREATE FUNCTION reports_of_steps() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    counted bigint[];
    counts bigint[];
BEGIN
    SELECT array_agg(e.patient_id) FILTER (WHERE o.state IN ('signed', 'closed')),
           array_agg(e.patient_id) FILTER (WHERE o.state NOT IN ('signed', 'closed'))
        INTO counted, counts
        FROM before o JOIN changed n USING (id) JOIN records_episode e ON e.id = n.episode_id
        WHERE (o.state IN ('signed', 'closed') OR n.state IN ('signed', 'closed'))
          AND (o.state, o.clinic_id, o.answers, o.says_dead, o.died_on)
              IS DISTINCT FROM (n.state, n.clinic_id, n.answers, n.says_dead, n.died_on);
    IF counted IS NOT NULL THEN
        PERFORM reports_make_anew(counted, true);
    END IF;
    IF counts IS NOT NULL THEN
        PERFORM reports_make_anew(counts, false);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER records_step_reports AFTER UPDATE ON records_step
    REFERENCING OLD TABLE AS before NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION reports_of_steps();

CREATE FUNCTION reports_of_episode() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM reports_make_anew(ARRAY[NEW.patient_id], true);
    RETURN NULL;
END $$;
CREATE TRIGGER records_episode_reports AFTER UPDATE ON records_episode
    FOR EACH ROW WHEN ((OLD.patient_id, OLD.version, OLD.began_at, OLD.clinic_id, OLD.care_provider_id)
        IS DISTINCT FROM (NEW.patient_id, NEW.version, NEW.began_at, NEW.clinic_id, NEW.care_provider_id))
    EXECUTE FUNCTION reports_of_episode();

CREATE FUNCTION reports_of_patient() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM reports_make_anew(ARRAY[NEW.id], true);
    RETURN NULL;
END $$;
CREATE TRIGGER records_patient_reports AFTER UPDATE ON records_patient
    FOR EACH ROW WHEN ((OLD.birth_date, OLD.sex, OLD.died_on) IS DISTINCT FROM (NEW.birth_date, NEW.sex, NEW.died_on))
    EXECUTE FUNCTION reports_of_patient();

-- Who opts out leaves facts and cells at once: before the row that hides the episodes from this transaction, too.
CREATE FUNCTION reports_of_leaving() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        PERFORM reports_make_anew(ARRAY[NEW.patient_id], true);
        RETURN NEW;
    END IF;
    PERFORM reports_make_anew(ARRAY[OLD.patient_id], false);
    RETURN NULL;
END $$;
CREATE TRIGGER records_leaving_reports BEFORE INSERT ON records_leaving
    FOR EACH ROW EXECUTE FUNCTION reports_of_leaving();
CREATE TRIGGER records_leaving_reports_back AFTER DELETE ON records_leaving
    FOR EACH ROW EXECUTE FUNCTION reports_of_leaving();

-- A case about an outlier keeps its figures; what was written in it stays, and tells of the state that the case is in.
CREATE FUNCTION reports_outliercase_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE written text[] := CASE WHEN NEW.state = 'asked' THEN '{state,answer_by}' ELSE '{state}' END;
BEGIN
    IF TG_OP = 'INSERT' AND NEW.state = 'opened' THEN
        RETURN NEW;
    END IF;
    IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - written = to_jsonb(OLD) - written THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '%: a case begins opened, and keeps what it was opened with', TG_TABLE_NAME
        USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER reports_outliercase_guard BEFORE INSERT OR UPDATE OR DELETE ON reports_outliercase
    FOR EACH ROW EXECUTE FUNCTION reports_outliercase_guard();

CREATE FUNCTION reports_outlierstep_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' AND EXISTS (SELECT FROM reports_outliercase c WHERE c.id = NEW.case_id AND c.state = NEW.state)
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '%: a step is of the state that its case is in, and stays', TG_TABLE_NAME
        USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER reports_outlierstep_guard BEFORE INSERT OR UPDATE OR DELETE ON reports_outlierstep
    FOR EACH ROW EXECUTE FUNCTION reports_outlierstep_guard();

-- The steps that a clinic has, of episodes that began at or after a moment. Those that were moved there are few: asked
-- for in one condition, the episodes of the whole country would be read.
CREATE FUNCTION reports_steps_at(of_clinic bigint, of_register text, since timestamptz)
    RETURNS SETOF records_step LANGUAGE sql STABLE AS $$
    SELECT s.* FROM records_episode e JOIN records_step s ON s.episode_id = e.id
    WHERE e.clinic_id = of_clinic AND NOT s.is_moved AND e.sub_registry = of_register AND e.began_at >= since
    UNION ALL
    SELECT s.* FROM records_step s JOIN records_episode e ON e.id = s.episode_id
    WHERE s.clinic_id = of_clinic AND s.is_moved AND e.sub_registry = of_register AND e.began_at >= since
$$;

-- Datakvalitet counts the steps of a clinic as they are now, which are read once for all that is counted. The role of the
-- reports may read none: it calls this function, which returns counts, one moment and numbers of days, and no row. It acts
-- as the owner of the tables, whom row-level security binds too: of another care provider's clinic (records.scope), and of
-- a patient who has opted out, it counts nothing.
CREATE FUNCTION reports_completeness(of_clinic bigint, of_register text, since timestamptz, today date)
    RETURNS TABLE (steps jsonb, answers jsonb, remarks jsonb)
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    RETURN QUERY WITH found AS MATERIALIZED (
        SELECT s.episode_id, s.code, s.state, s.saved_at, s.due_to, s.answers AS given,
            (s.signed_at AT TIME ZONE 'Europe/Stockholm')::date AS signed_on
        FROM reports_steps_at(of_clinic, of_register, since) s
    ), dated AS (
        SELECT found.*,
            CASE WHEN state = 'signed' AND jsonb_typeof(given -> 'discharged_at') = 'string'
                THEN signed_on - ((given ->> 'discharged_at')::timestamptz AT TIME ZONE 'Europe/Stockholm')::date
            END AS waited
        FROM found
    ), by_step AS (
        SELECT code AS step,
            count(*) FILTER (WHERE state = 'planned') AS planned,
            count(*) FILTER (WHERE state IN ('draft', 'incomplete', 'reopened')) AS begun,
            count(*) FILTER (WHERE state = 'signed') AS signed,
            count(*) FILTER (WHERE state = 'closed') AS closed,
            min(saved_at) FILTER (WHERE state IN ('draft', 'incomplete', 'reopened')) AS oldest,
            count(*) FILTER (WHERE state = 'signed' AND due_to IS NOT NULL OR state <> 'closed' AND due_to < today) AS due,
            count(*) FILTER (WHERE state = 'signed' AND signed_on <= due_to) AS in_time,
            COALESCE(array_agg(waited ORDER BY waited) FILTER (WHERE waited IS NOT NULL), '{}') AS days
        FROM dated GROUP BY code
    ), by_answer AS (
        -- `missing`: why there is no answer; empty where there is one.
        SELECT one.key AS question, COALESCE(one.value ->> 'missing', '') AS missing, count(*) AS number
        FROM found CROSS JOIN LATERAL jsonb_each(given) AS one
        WHERE state = 'signed'
        GROUP BY 1, 2
    ), by_remark AS (
        SELECT r.step, r.rule, count(*) AS number
        FROM (SELECT episode_id, array_agg(code) AS codes FROM found GROUP BY episode_id) here
        JOIN reports_remark r ON r.episode_id = here.episode_id AND r.step = ANY (here.codes)
        GROUP BY r.step, r.rule ORDER BY count(*) DESC, r.step, r.rule
    )
    SELECT
        (SELECT COALESCE(jsonb_agg(to_jsonb(by_step)), '[]') FROM by_step),
        (SELECT COALESCE(jsonb_agg(to_jsonb(by_answer)), '[]') FROM by_answer),
        (SELECT COALESCE(jsonb_agg(to_jsonb(by_remark)), '[]') FROM by_remark);
END $$;
REVOKE EXECUTE ON FUNCTION reports_completeness FROM PUBLIC;
