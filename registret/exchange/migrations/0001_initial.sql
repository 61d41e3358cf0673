-- What the database itself refuses about what is brought in.

-- An origin is the patient's: who sees the episode sees it (records.scope).
ALTER TABLE exchange_origin ENABLE ROW LEVEL SECURITY;
ALTER TABLE exchange_origin FORCE ROW LEVEL SECURITY;
CREATE POLICY own_provider ON exchange_origin
    USING (care_provider_id = (SELECT records_sees()) OR (SELECT records_sees_all()));

CREATE FUNCTION exchange_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%: what was saved is never changed: % is refused', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER exchange_mappingversion_append_only BEFORE UPDATE OR DELETE ON exchange_mappingversion
    FOR EACH ROW EXECUTE FUNCTION exchange_append_only();
CREATE TRIGGER exchange_mappingversion_never_truncated BEFORE TRUNCATE ON exchange_mappingversion
    FOR EACH STATEMENT EXECUTE FUNCTION exchange_append_only();
CREATE TRIGGER exchange_importrun_append_only BEFORE UPDATE OR DELETE ON exchange_importrun
    FOR EACH ROW EXECUTE FUNCTION exchange_append_only();
CREATE TRIGGER exchange_importrun_never_truncated BEFORE TRUNCATE ON exchange_importrun
    FOR EACH STATEMENT EXECUTE FUNCTION exchange_append_only();
