from __future__ import annotations

from typing import Any

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.text
from django.db import migrations, models
from django.db.models import F, Q

# The roles of access.roles.apart_from. The account is locked, as by every act that gives a right: of two who give one
# each at the same moment, the second sees the first.
APART = """
CREATE OR REPLACE FUNCTION access_grant_apart() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM accounts_account WHERE id = NEW.account_id FOR NO KEY UPDATE;
    IF EXISTS (
        SELECT 1 FROM access_grant
        WHERE account_id = NEW.account_id AND revoked_at IS NULL
          AND role IN ('registry_office', {readers})
          AND (role = 'registry_office') <> (NEW.role = 'registry_office')
          AND tstzrange(begins_at, ends_at) && tstzrange(NEW.begins_at, NEW.ends_at)
    ) THEN
        RAISE EXCEPTION 'account %: nobody gives rights and reads patients or the log', NEW.account_id
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
DROP TRIGGER access_grant_apart ON access_grant;
CREATE TRIGGER access_grant_apart BEFORE INSERT ON access_grant FOR EACH ROW
    WHEN (NEW.role IN ('registry_office', {readers}) AND NEW.revoked_at IS NULL)
    EXECUTE FUNCTION access_grant_apart();
"""

# What is decided stays as it was decided.
FIXED = """
CREATE OR REPLACE FUNCTION access_grant_life() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.revoked_at IS NOT NULL THEN
        RAISE EXCEPTION 'grant %: revoked already', OLD.id USING ERRCODE = 'check_violation';
    END IF;
    IF (NEW.account_id, NEW.role, NEW.clinic_id, NEW.sub_registries, NEW.application_id, NEW.source, NEW.begins_at,
        NEW.ends_at, NEW.granted_by_id, {new}NEW.decided_by_names) IS DISTINCT FROM
       (OLD.account_id, OLD.role, OLD.clinic_id, OLD.sub_registries, OLD.application_id, OLD.source, OLD.begins_at,
        OLD.ends_at, OLD.granted_by_id, {old}OLD.decided_by_names) THEN
        RAISE EXCEPTION 'grant %: only revoking changes a grant', OLD.id USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
"""

# Who gives a right at a clinic, on a page and not by the program, has it as local administrator there: for the
# sub-registries, and as long (access.reach). Or works at the registry office, where two decide (access.attesting,
# access.nominating) but for prolonging. What a changed right had already may stay as long as it had it.
REACH = """
CREATE FUNCTION access_grant_reach() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    own access_grant;
    old access_grant;
    added varchar[] := NEW.sub_registries;
BEGIN
    SELECT * INTO old FROM access_grant
        WHERE NEW.source = 'changed' AND account_id = NEW.account_id AND clinic_id = NEW.clinic_id
          AND revoked_by_id = NEW.granted_by_id AND revoked_at = NEW.begins_at AND revoke_reason = 'changed'
        ORDER BY id DESC LIMIT 1;
    IF old.role = NEW.role AND NEW.ends_at <= old.ends_at THEN
        added := ARRAY(SELECT unnest(NEW.sub_registries) EXCEPT SELECT unnest(old.sub_registries));
    END IF;
    SELECT * INTO own FROM access_grant
        WHERE account_id = NEW.granted_by_id AND clinic_id = NEW.clinic_id AND role = 'local_administrator'
          AND revoked_at IS NULL
          AND (added = '{}' OR (sub_registries @> added AND ends_at >= NEW.ends_at));
    IF own.id IS NOT NULL THEN
        RETURN NEW;
    END IF;
    IF NOT EXISTS (SELECT FROM access_grant
                   WHERE account_id = NEW.granted_by_id AND role = 'registry_office' AND revoked_at IS NULL) THEN
        RAISE EXCEPTION 'account % gives at clinic % what it has not, or for longer', NEW.granted_by_id, NEW.clinic_id
            USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.proposed_by_id IS NOT NULL THEN
        IF NOT EXISTS (SELECT FROM access_grant
                       WHERE account_id = NEW.proposed_by_id AND role = 'registry_office' AND revoked_at IS NULL) THEN
            RAISE EXCEPTION 'account %: not at the registry office', NEW.proposed_by_id
                USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF old.id IS NOT NULL AND old.sub_registries @> NEW.sub_registries
       AND (NEW.role = old.role OR NEW.role = 'report_reader' OR (NEW.role = 'reader' AND old.role = 'reporter')) THEN
        RETURN NEW;
    END IF;
    IF NEW.role = 'local_administrator' AND (old.role = NEW.role OR EXISTS (
        SELECT FROM access_grant
        WHERE clinic_id = NEW.clinic_id AND role = 'local_administrator' AND revoked_at IS NULL
          AND account_id NOT IN (NEW.account_id, NEW.granted_by_id)
    )) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'account %: at the registry office two decide', NEW.granted_by_id
        USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER access_grant_reach AFTER INSERT ON access_grant FOR EACH ROW
    WHEN (NEW.granted_by_id IS NOT NULL AND NEW.clinic_id IS NOT NULL AND NEW.revoked_at IS NULL)
    EXECUTE FUNCTION access_grant_reach();
"""
NO_REACH = """
DROP TRIGGER access_grant_reach ON access_grant;
DROP FUNCTION access_grant_reach();
"""


def apart(*readers: str) -> str:
    return APART.replace("{readers}", ", ".join(f"'{role}'" for role in readers))


def account() -> models.ForeignKey[Any, Any]:
    return models.ForeignKey(
        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.account"
    )


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0015_apart"),
        ("accounts", "0012_erasure"),
        ("places", "0001_initial"),
    ]

    operations = [
        migrations.AddField("application", "recommended_by", account()),
        migrations.AddField("application", "recommended_at", models.DateTimeField(null=True)),
        migrations.AddField("application", "recommended_role", models.CharField(blank=True, default="", max_length=30)),
        migrations.AddField(
            "application",
            "recommended_sub_registries",
            django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=40), default=list, size=None
            ),
        ),
        migrations.AddField("application", "recommended_until", models.DateField(null=True)),
        migrations.AddConstraint(
            "application",
            models.CheckConstraint(
                name="application_recommended_whole",
                condition=Q(recommended_by=None, recommended_at=None, recommended_role="", recommended_until=None)
                | Q(
                    recommended_by__isnull=False,
                    recommended_at__isnull=False,
                    recommended_role__in=["reporter", "reader", "report_reader"],
                    recommended_until__isnull=False,
                ),
            ),
        ),
        migrations.AddConstraint(
            "application",
            models.CheckConstraint(
                name="application_recommended_by_somebody_else",
                condition=Q(recommended_by=None) | ~Q(recommended_by=F("account")),
            ),
        ),
        migrations.AddField("grant", "proposed_by", account()),
        migrations.AddConstraint(
            "grant",
            models.CheckConstraint(
                name="grant_proposed_by_another",
                condition=Q(proposed_by=None)
                | (Q(granted_by__isnull=False) & ~Q(proposed_by=F("granted_by")) & ~Q(proposed_by=F("account"))),
            ),
        ),
        migrations.RemoveConstraint("nomination", "one_nomination_per_person_and_role"),
        migrations.RemoveConstraint("nomination", "nomination_role_known"),
        migrations.AlterField(
            "nomination",
            "role",
            models.CharField(
                choices=[
                    ("log_reviewer", "log_reviewer"),
                    ("case_handler", "case_handler"),
                    ("local_administrator", "local_administrator"),
                ],
                max_length=30,
            ),
        ),
        migrations.AddField(
            "nomination",
            "clinic",
            models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="places.clinic"
            ),
        ),
        migrations.AddConstraint(
            "nomination",
            models.UniqueConstraint(
                django.db.models.functions.text.Upper("hsa_id"),
                F("role"),
                F("clinic"),
                name="one_nomination_per_person_and_role",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            "nomination",
            models.CheckConstraint(
                name="nomination_role_known",
                condition=Q(role__in=["log_reviewer", "case_handler"], clinic=None)
                | Q(role="local_administrator", clinic__isnull=False),
            ),
        ),
        migrations.RunSQL(
            apart("log_reviewer", "case_handler", "reporter", "reader"), apart("log_reviewer", "case_handler")
        ),
        migrations.RunSQL(
            FIXED.replace("{new}", "NEW.proposed_by_id, ").replace("{old}", "OLD.proposed_by_id, "),
            FIXED.replace("{new}", "").replace("{old}", ""),
        ),
        migrations.RunSQL(REACH, NO_REACH),
    ]
