from django.db import migrations

# The role that serves adds the partition of the next month and owns no table: the function acts as its owner.
FORWARD = """
ALTER FUNCTION ledger_add_month(date) SECURITY DEFINER;
ALTER FUNCTION ledger_add_month(date) SET search_path = public, pg_temp;
REVOKE EXECUTE ON FUNCTION ledger_add_month(date) FROM PUBLIC;
"""
BACKWARD = """
ALTER FUNCTION ledger_add_month(date) SECURITY INVOKER;
ALTER FUNCTION ledger_add_month(date) RESET search_path;
GRANT EXECUTE ON FUNCTION ledger_add_month(date) TO PUBLIC;
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0006_shown_patients")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
