-- The log: append-only, a partition per month (UTC). What Django knows of ledger_entry stands beside, in 0001_initial.py.

CREATE SEQUENCE ledger_entry_id_seq;
CREATE TABLE ledger_entry (
    id bigint NOT NULL DEFAULT nextval('ledger_entry_id_seq'),
    at timestamptz NOT NULL,
    event varchar(60) NOT NULL,
    outcome varchar(10) NOT NULL,
    by_hsa_id varchar(31) NOT NULL,
    by_name varchar(520) NOT NULL,
    by_account_id bigint,
    by_role varchar(100) NOT NULL,
    by_clinic_id bigint,
    by_program varchar(60) NOT NULL,
    network inet,
    about_account_id bigint,
    about_hsa_id varchar(31) NOT NULL,
    about_patient_id bigint,
    shown_patient_ids bigint[],
    clinic_id bigint,
    reference varchar(10) NOT NULL,
    facts jsonb NOT NULL,
    PRIMARY KEY (id, at),
    CONSTRAINT entry_event_shape CHECK (event ~ '^[a-z_]+(\.[a-z_]+)+$'),
    CONSTRAINT entry_has_an_author CHECK (NOT (by_hsa_id = '' AND by_program = '')),
    CONSTRAINT entry_outcome_known CHECK (outcome IN ('done', 'refused'))
) PARTITION BY RANGE (at);
ALTER SEQUENCE ledger_entry_id_seq OWNED BY ledger_entry.id;
COMMENT ON TABLE ledger_entry IS 'log';
COMMENT ON COLUMN ledger_entry.by_hsa_id IS 'personal';
COMMENT ON COLUMN ledger_entry.by_name IS 'personal';
COMMENT ON COLUMN ledger_entry.network IS 'personal';
COMMENT ON COLUMN ledger_entry.about_hsa_id IS 'personal';
COMMENT ON COLUMN ledger_entry.facts IS 'personal';

CREATE INDEX entry_by ON ledger_entry (by_account_id, id DESC);
CREATE INDEX entry_about ON ledger_entry (about_account_id, id DESC);
CREATE INDEX entry_clinic ON ledger_entry (clinic_id, id DESC);
CREATE INDEX entry_event ON ledger_entry (event, id DESC);
CREATE INDEX entry_at ON ledger_entry (at);
CREATE INDEX entry_reference ON ledger_entry (reference) WHERE NOT (reference = '');
CREATE INDEX entry_by_hsa ON ledger_entry (upper(by_hsa_id), id DESC);
CREATE INDEX entry_about_hsa ON ledger_entry (upper(about_hsa_id), id DESC);
CREATE INDEX entry_about_patient ON ledger_entry (about_patient_id, id DESC) WHERE about_patient_id IS NOT NULL;
CREATE INDEX entry_shown_patients ON ledger_entry USING gin (shown_patient_ids) WHERE shown_patient_ids IS NOT NULL;

CREATE FUNCTION ledger_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the log is append-only: % is refused', TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;
-- Triggers for rows are cloned to partitions, those for TRUNCATE are not.
CREATE TRIGGER ledger_entry_append_only BEFORE UPDATE OR DELETE ON ledger_entry
    FOR EACH ROW EXECUTE FUNCTION ledger_append_only();
CREATE TRIGGER ledger_entry_never_truncated BEFORE TRUNCATE ON ledger_entry
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_append_only();

-- For entries of a clock that is wrong by months: an act is never refused because its month has no partition.
CREATE TABLE ledger_entry_elsewhen PARTITION OF ledger_entry DEFAULT;
CREATE TRIGGER ledger_entry_never_truncated BEFORE TRUNCATE ON ledger_entry_elsewhen
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_append_only();

-- Add the partition of a month and return true; false if it exists, or if the default partition holds entries of it.
-- ATTACH lets others append meanwhile, which CREATE TABLE ... PARTITION OF does not. The role that serves owns no table,
-- so the function acts as its owner.
CREATE FUNCTION ledger_add_month(month date) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp AS $$
DECLARE
    part text := 'ledger_entry_' || to_char(month, 'YYYY_MM');
    begins timestamptz := date_trunc('month', month::timestamp) AT TIME ZONE 'UTC';
    ends timestamptz := (date_trunc('month', month::timestamp) + interval '1 month') AT TIME ZONE 'UTC';
BEGIN
    IF to_regclass(part) IS NOT NULL
        OR EXISTS (SELECT FROM ledger_entry_elsewhen WHERE at >= begins AND at < ends) THEN
        RETURN false;
    END IF;
    EXECUTE format('CREATE TABLE %I (LIKE ledger_entry INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', part);
    EXECUTE format('CREATE TRIGGER ledger_entry_never_truncated BEFORE TRUNCATE ON %I
        FOR EACH STATEMENT EXECUTE FUNCTION ledger_append_only()', part);
    EXECUTE format('ALTER TABLE ledger_entry ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', part, begins, ends);
    RETURN true;
END $$;
REVOKE EXECUTE ON FUNCTION ledger_add_month(date) FROM PUBLIC;

SELECT ledger_add_month(month::date) FROM generate_series(
    date_trunc('month', now() AT TIME ZONE 'UTC'),
    date_trunc('month', now() AT TIME ZONE 'UTC') + interval '3 months',
    interval '1 month'
) AS month;
