-- What the database itself refuses about accounts. Which state follows which: accounts.lifecycle.

CREATE FUNCTION accounts_account_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'account %: a row stays, others name it', OLD.id USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER accounts_account_kept BEFORE DELETE ON accounts_account
    FOR EACH ROW EXECUTE FUNCTION accounts_account_kept();

-- The HSA-id never changes. An ended account is erased once, and after that only its HSA-id may still be erased.
CREATE FUNCTION accounts_account_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.erased_at IS NOT NULL THEN
        -- Only the HSA-id may still go, once, when the log may have gone too: the law keeps that for five years.
        IF OLD.hsa_id_erased_at IS NOT NULL OR NEW.hsa_id_erased_at IS NULL
            OR NEW.hsa_id_erased_at < OLD.ended_at + interval '5 years'
            -- Generated columns have no value yet before the row is written.
            OR (to_jsonb(NEW) - ARRAY['hsa_id', 'hsa_id_erased_at', 'hsa_id_key', 'surname_key', 'given_name_key'])
            <> (to_jsonb(OLD) - ARRAY['hsa_id', 'hsa_id_erased_at', 'hsa_id_key', 'surname_key', 'given_name_key'])
        THEN
            RAISE EXCEPTION 'account %: is erased', OLD.id USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF NEW.hsa_id <> OLD.hsa_id THEN
        RAISE EXCEPTION 'account %: the HSA-id never changes', OLD.id USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.erased_at IS NOT NULL THEN
        -- The shortest time that the office can set is three months.
        IF OLD.ended_at IS NULL OR NEW.erased_at < OLD.ended_at + interval '85 days' THEN
            RAISE EXCEPTION 'account %: is not to be erased yet', OLD.id USING ERRCODE = 'check_violation';
        END IF;
        IF (NEW.state, NEW.created_at, NEW.confirmed_at, NEW.ended_at)
            IS DISTINCT FROM (OLD.state, OLD.created_at, OLD.confirmed_at, OLD.ended_at) THEN
            RAISE EXCEPTION 'account %: erasing leaves its moments', OLD.id USING ERRCODE = 'check_violation';
        END IF;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER accounts_account_guard BEFORE UPDATE ON accounts_account
    FOR EACH ROW EXECUTE FUNCTION accounts_account_guard();
