CREATE FUNCTION settings_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a decision is never changed: % is refused', TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER settings_decision_append_only BEFORE UPDATE OR DELETE ON settings_decision
    FOR EACH ROW EXECUTE FUNCTION settings_append_only();
CREATE TRIGGER settings_decision_never_truncated BEFORE TRUNCATE ON settings_decision
    FOR EACH STATEMENT EXECUTE FUNCTION settings_append_only();
