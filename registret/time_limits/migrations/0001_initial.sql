CREATE FUNCTION time_limits_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a decision is never changed: % is refused', TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER time_limits_decision_append_only BEFORE UPDATE OR DELETE ON time_limits_decision
    FOR EACH ROW EXECUTE FUNCTION time_limits_append_only();
CREATE TRIGGER time_limits_decision_never_truncated BEFORE TRUNCATE ON time_limits_decision
    FOR EACH STATEMENT EXECUTE FUNCTION time_limits_append_only();
