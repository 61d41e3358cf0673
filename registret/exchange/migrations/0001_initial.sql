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

-- A patient opts out: an export with them goes as a whole, of a file to bring in their rows. Marks of another key say
-- nothing about this one, so a file with such marks goes too.
CREATE FUNCTION exchange_opted_out() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE exchange_keptfile f SET gone_at = NEW.at WHERE gone_at IS NULL AND (
        marks_key <> NEW.key
        OR purpose = 'export' AND EXISTS (
            SELECT FROM exchange_keptpart p WHERE p.file_id = f.id AND NEW.mark = ANY (p.marks)
        )
    );
    DELETE FROM exchange_keptpart p USING exchange_keptfile f WHERE f.id = p.file_id AND f.gone_at IS NOT NULL;
    UPDATE exchange_keptpart SET content = '', marks = '{}' WHERE NEW.mark = ANY (marks);
    RETURN NULL;
END $$;
CREATE TRIGGER records_optout_kept_files AFTER INSERT ON records_optout
    FOR EACH ROW EXECUTE FUNCTION exchange_opted_out();
