from django.db import migrations

# Who reads says so for the transaction: `registret.sees` is the id of a care provider, or `all` for the few acts that
# must know of more than one (records.sight). Without it no row is there. FORCE: the owner of the tables is bound too.
FORWARD = """
CREATE FUNCTION records_sees_all() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT current_setting('registret.sees', true) = 'all'
$$;
CREATE FUNCTION records_sees() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN current_setting('registret.sees', true) ~ '^[0-9]+$'
        THEN current_setting('registret.sees', true)::bigint END
$$;

ALTER TABLE records_episode ENABLE ROW LEVEL SECURITY;
ALTER TABLE records_episode FORCE ROW LEVEL SECURITY;
CREATE POLICY own_provider ON records_episode USING (care_provider_id = (SELECT records_sees()) OR (SELECT records_sees_all()));
ALTER TABLE records_step ENABLE ROW LEVEL SECURITY;
ALTER TABLE records_step FORCE ROW LEVEL SECURITY;
CREATE POLICY own_provider ON records_step USING (care_provider_id = (SELECT records_sees()) OR (SELECT records_sees_all()));
ALTER TABLE records_revision ENABLE ROW LEVEL SECURITY;
ALTER TABLE records_revision FORCE ROW LEVEL SECURITY;
CREATE POLICY own_provider ON records_revision USING (care_provider_id = (SELECT records_sees()) OR (SELECT records_sees_all()));

ALTER TABLE records_patient ENABLE ROW LEVEL SECURITY;
ALTER TABLE records_patient FORCE ROW LEVEL SECURITY;
CREATE POLICY own_provider ON records_patient USING ((SELECT records_sees_all()) OR EXISTS (
    SELECT 1 FROM records_episode e WHERE e.patient_id = records_patient.id AND e.care_provider_id = (SELECT records_sees())
));
ALTER TABLE records_number ENABLE ROW LEVEL SECURITY;
ALTER TABLE records_number FORCE ROW LEVEL SECURITY;
CREATE POLICY own_provider ON records_number USING ((SELECT records_sees_all()) OR EXISTS (
    SELECT 1 FROM records_episode e WHERE e.patient_id = records_number.patient_id AND e.care_provider_id = (SELECT records_sees())
));
ALTER TABLE records_merge ENABLE ROW LEVEL SECURITY;
ALTER TABLE records_merge FORCE ROW LEVEL SECURITY;
CREATE POLICY own_provider ON records_merge USING ((SELECT records_sees_all()) OR EXISTS (
    SELECT 1 FROM records_episode e WHERE e.patient_id = records_merge.patient_id AND e.care_provider_id = (SELECT records_sees())
));

-- A step belongs to the care provider of its episode, and a revision to that of its step.
ALTER TABLE records_step ADD CONSTRAINT step_of_its_provider
    FOREIGN KEY (episode_id, care_provider_id) REFERENCES records_episode (id, care_provider_id)
    ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED;

-- The same pairs as records.lifecycle.STEP_LIFE (a house test compares them).
CREATE FUNCTION records_step_life() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.state <> OLD.state AND (OLD.state, NEW.state) NOT IN (
        ('planned', 'draft'),
        ('draft', 'draft'),
        ('incomplete', 'incomplete'),
        ('reopened', 'reopened'),
        ('draft', 'incomplete'),
        ('incomplete', 'draft'),
        ('draft', 'signed'),
        ('incomplete', 'signed'),
        ('reopened', 'signed'),
        ('signed', 'reopened')
    ) THEN
        RAISE EXCEPTION 'step %: no step from % to %', OLD.id, OLD.state, NEW.state USING ERRCODE = 'check_violation';
    END IF;
    IF OLD.state = 'signed' AND NEW.state = 'signed' AND NEW.answers IS DISTINCT FROM OLD.answers THEN
        RAISE EXCEPTION 'step %: signed, its answers stay', OLD.id USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.version < OLD.version OR (NEW.answers IS DISTINCT FROM OLD.answers AND NEW.version = OLD.version) THEN
        RAISE EXCEPTION 'step %: a change without a revision', OLD.id USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER records_step_life BEFORE UPDATE ON records_step FOR EACH ROW EXECUTE FUNCTION records_step_life();

-- History is not rewritten. It is destroyed with its patient, by the one act that says so.
CREATE FUNCTION records_keep() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND current_setting('registret.destroys', true) = 'yes' THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION '%: append-only', TG_TABLE_NAME USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER records_revision_keep BEFORE UPDATE OR DELETE ON records_revision
    FOR EACH ROW EXECUTE FUNCTION records_keep();
CREATE TRIGGER records_merge_keep BEFORE UPDATE OR DELETE ON records_merge
    FOR EACH ROW EXECUTE FUNCTION records_keep();
CREATE TRIGGER records_episode_keep BEFORE DELETE ON records_episode FOR EACH ROW EXECUTE FUNCTION records_keep();
CREATE TRIGGER records_step_keep BEFORE DELETE ON records_step FOR EACH ROW EXECUTE FUNCTION records_keep();
CREATE TRIGGER records_optout_keep BEFORE UPDATE OR DELETE ON records_optout
    FOR EACH ROW EXECUTE FUNCTION records_keep();
CREATE TRIGGER records_formversion_keep BEFORE UPDATE OR DELETE ON records_formversion
    FOR EACH ROW EXECUTE FUNCTION records_keep();
"""
BACKWARD = """
DROP TRIGGER records_formversion_keep ON records_formversion;
DROP TRIGGER records_optout_keep ON records_optout;
DROP TRIGGER records_step_keep ON records_step;
DROP TRIGGER records_episode_keep ON records_episode;
DROP TRIGGER records_merge_keep ON records_merge;
DROP TRIGGER records_revision_keep ON records_revision;
DROP FUNCTION records_keep();
DROP TRIGGER records_step_life ON records_step;
DROP FUNCTION records_step_life();
ALTER TABLE records_step DROP CONSTRAINT step_of_its_provider;
DROP POLICY own_provider ON records_merge;
DROP POLICY own_provider ON records_number;
DROP POLICY own_provider ON records_patient;
DROP POLICY own_provider ON records_revision;
DROP POLICY own_provider ON records_step;
DROP POLICY own_provider ON records_episode;
DROP FUNCTION records_sees();
DROP FUNCTION records_sees_all();
"""


class Migration(migrations.Migration):
    dependencies = [("records", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
