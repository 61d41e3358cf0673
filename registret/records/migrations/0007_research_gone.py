from django.db import migrations, models

# The answers to research questions can be destroyed by themselves: whole answers, by the act that says so, and nothing
# is written in their place.
FORWARD = """
CREATE FUNCTION records_only_less(before jsonb, after jsonb) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT NOT EXISTS (SELECT FROM jsonb_each(after) a WHERE before -> a.key IS DISTINCT FROM a.value)
$$;

CREATE OR REPLACE FUNCTION records_step_life() RETURNS trigger LANGUAGE plpgsql AS $$
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
DROP TRIGGER records_revision_keep ON records_revision;
CREATE TRIGGER records_revision_keep BEFORE UPDATE OR DELETE ON records_revision
    FOR EACH ROW EXECUTE FUNCTION records_revision_stays();
"""

BACKWARD = """
CREATE OR REPLACE FUNCTION records_step_life() RETURNS trigger LANGUAGE plpgsql AS $$
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
DROP TRIGGER records_revision_keep ON records_revision;
CREATE TRIGGER records_revision_keep BEFORE UPDATE OR DELETE ON records_revision
    FOR EACH ROW EXECUTE FUNCTION records_keep();
DROP FUNCTION records_revision_stays();
DROP FUNCTION records_only_less(jsonb, jsonb);
"""


class Migration(migrations.Migration):
    dependencies = [("records", "0006_next")]

    operations = [
        migrations.AddField(
            model_name="step",
            name="research_gone_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AlterField(
            model_name="destruction",
            name="why",
            field=models.CharField(
                choices=[("opted_out", "Opted Out"), ("retention", "Retention"), ("research", "Research")],
                max_length=10,
            ),
        ),
        migrations.AlterField(
            model_name="keeping",
            name="what",
            field=models.CharField(
                choices=[("destroy", "Destroy"), ("research", "Research"), ("keep", "Keep")], max_length=10
            ),
        ),
        migrations.RemoveConstraint(model_name="destruction", name="destruction_why_known"),
        migrations.AddConstraint(
            model_name="destruction",
            constraint=models.CheckConstraint(
                condition=models.Q(("why__in", ["opted_out", "retention", "research"])), name="destruction_why_known"
            ),
        ),
        migrations.RemoveConstraint(model_name="keeping", name="keeping_says_what"),
        migrations.AddConstraint(
            model_name="keeping",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("before__isnull", False), ("until", None), ("what__in", ["destroy", "research"])),
                    models.Q(("before", None), ("done_at", None), ("until__isnull", False), ("what", "keep")),
                    _connector="OR",
                ),
                name="keeping_says_what",
            ),
        ),
        migrations.RemoveConstraint(model_name="keeping", name="one_destruction_at_a_time"),
        migrations.AddConstraint(
            model_name="keeping",
            constraint=models.UniqueConstraint(
                condition=models.Q(("done_at", None), ("what__in", ["destroy", "research"])),
                fields=("sub_registry", "what"),
                name="one_destruction_at_a_time",
            ),
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
