from django.db import migrations, models

# A step closes when the patient has died, and opens again if that is taken back.
FORWARD = """
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
        ('signed', 'reopened'),
        ('planned', 'closed'),
        ('draft', 'closed'),
        ('incomplete', 'closed'),
        ('closed', 'planned'),
        ('closed', 'draft')
    ) THEN
        RAISE EXCEPTION 'step %: no step from % to %', OLD.id, OLD.state, NEW.state USING ERRCODE = 'check_violation';
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
"""
BACKWARD = """
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
"""


class Migration(migrations.Migration):
    dependencies = [
        ("records", "0012_listing"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="revision",
            name="revision_kind_known",
        ),
        migrations.RemoveConstraint(
            model_name="step",
            name="step_state_known",
        ),
        migrations.AddField(
            model_name="step",
            name="closed_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="step",
            name="closed_why",
            field=models.CharField(
                blank=True, choices=[("register", "register"), ("answer", "answer")], default="", max_length=10
            ),
        ),
        migrations.AddField(
            model_name="step",
            name="died_on",
            field=models.DateField(null=True),
        ),
        migrations.AddField(
            model_name="step",
            name="says_dead",
            field=models.BooleanField(default=False),
        ),
        migrations.AlterField(
            model_name="revision",
            name="by_account_id",
            field=models.BigIntegerField(null=True),
        ),
        migrations.AlterField(
            model_name="revision",
            name="by_clinic_id",
            field=models.BigIntegerField(null=True),
        ),
        migrations.AlterField(
            model_name="revision",
            name="by_hsa_id",
            field=models.CharField(blank=True, default="", max_length=31),
        ),
        migrations.AlterField(
            model_name="revision",
            name="by_role",
            field=models.CharField(blank=True, default="", max_length=100),
        ),
        migrations.AlterField(
            model_name="revision",
            name="kind",
            field=models.CharField(
                choices=[
                    ("write", "Write"),
                    ("lay_aside", "Lay Aside"),
                    ("take_up", "Take Up"),
                    ("sign", "Sign"),
                    ("reopen", "Reopen"),
                    ("move", "Move"),
                    ("version", "Version"),
                    ("close", "Close"),
                    ("plan", "Plan"),
                ],
                max_length=10,
            ),
        ),
        migrations.AlterField(
            model_name="step",
            name="state",
            field=models.CharField(
                choices=[
                    ("planned", "planned"),
                    ("draft", "draft"),
                    ("incomplete", "incomplete"),
                    ("signed", "signed"),
                    ("reopened", "reopened"),
                    ("closed", "closed"),
                ],
                default="planned",
                max_length=12,
            ),
        ),
        migrations.AddConstraint(
            model_name="revision",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        ["write", "lay_aside", "take_up", "sign", "reopen", "move", "version", "close", "plan"],
                    )
                ),
                name="revision_kind_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="revision",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("by_account_id__isnull", False),
                        ("by_clinic_id__isnull", False),
                        models.Q(("by_hsa_id", ""), _negated=True),
                    ),
                    ("kind__in", ["close", "plan", "take_up"]),
                    _connector="OR",
                ),
                name="revision_by_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="step",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["planned", "draft", "incomplete", "signed", "reopened", "closed"])),
                name="step_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="step",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("closed_at__isnull", False),
                        ("closed_why__in", ["register", "answer"]),
                        ("flags", 0),
                        ("lacking", 0),
                        ("state", "closed"),
                    ),
                    models.Q(models.Q(("state", "closed"), _negated=True), ("closed_at", None), ("closed_why", "")),
                    _connector="OR",
                ),
                name="step_closed_for_a_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="step",
            constraint=models.CheckConstraint(
                condition=models.Q(("died_on", None), ("says_dead", True), _connector="OR"), name="step_died_if_dead"
            ),
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
