import datetime
from pathlib import Path

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.comparison
import django.db.models.functions.text
from django.db import migrations, models

from registret.records.lifecycle import DISCLOSURE_LIFE, QUERY_LIFE, STEP_LIFE


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("places", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Disclosure",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("project", models.CharField(max_length=200, db_comment="personal")),
                ("approval", models.CharField(max_length=16, db_comment="plain")),
                ("recipient_name", models.CharField(max_length=200, db_comment="personal")),
                ("recipient_organisation", models.CharField(max_length=200, db_comment="personal")),
                ("sub_registry", models.CharField(max_length=40, db_comment="plain")),
                ("first_day", models.DateField()),
                ("last_day", models.DateField()),
                (
                    "parts",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=81), size=None, db_comment="plain"
                    ),
                ),
                ("full_dates", models.BooleanField()),
                ("dates_reason", models.CharField(blank=True, default="", max_length=500, db_comment="personal")),
                ("clinics", models.BooleanField(default=True)),
                ("reason", models.CharField(max_length=500, db_comment="personal")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("prepared", "prepared"),
                            ("decided", "decided"),
                            ("withdrawn", "withdrawn"),
                            ("closed", "closed"),
                        ],
                        default="prepared",
                        max_length=10,
                    ),
                ),
                ("prepared_at", models.DateTimeField()),
                ("prepared_by_id", models.BigIntegerField()),
                ("prepared_by_name", models.CharField(max_length=520, db_comment="personal")),
                ("decided_at", models.DateTimeField(null=True)),
                ("decided_by_id", models.BigIntegerField(null=True)),
                ("decided_by_name", models.CharField(blank=True, default="", max_length=520, db_comment="personal")),
                ("patients", models.PositiveIntegerField(null=True)),
                ("episodes", models.PositiveIntegerField(null=True)),
                ("forms", models.JSONField(null=True, db_comment="plain")),
                ("key", models.CharField(blank=True, default="", max_length=16, db_comment="plain")),
                ("fetch_until", models.DateField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("ended_by_id", models.BigIntegerField(null=True)),
                ("ended_by_name", models.CharField(blank=True, default="", max_length=520, db_comment="personal")),
            ],
            options={
                "db_table_comment": "disclosures",
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "decided")), fields=["fetch_until"], name="disclosure_open"
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("project", ""), _negated=True),
                            models.Q(("recipient_name", ""), _negated=True),
                            models.Q(("recipient_organisation", ""), _negated=True),
                            models.Q(("reason", ""), _negated=True),
                        ),
                        name="disclosure_says_what",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("approval__regex", "^20[0-9]{2}-[0-9]{5}(-[0-9]{2})?$")),
                        name="disclosure_approval_shape",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("first_day__lte", models.F("last_day"))), name="disclosure_days_in_order"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("full_dates", True),
                            (
                                "last_day__gte",
                                django.db.models.expressions.CombinedExpression(
                                    models.F("first_day"), "+", models.Value(datetime.timedelta(days=30))
                                ),
                            ),
                            _connector="OR",
                        ),
                        name="disclosure_short_with_full_dates",
                    ),
                    models.CheckConstraint(condition=models.Q(("parts__len__gt", 0)), name="disclosure_of_something"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("dates_reason", ""), ("full_dates", False)),
                            models.Q(("full_dates", True), models.Q(("dates_reason", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="disclosure_full_dates_have_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("decided_by_id", None),
                            models.Q(("decided_by_id", models.F("prepared_by_id")), _negated=True),
                            _connector="OR",
                        ),
                        name="disclosure_decided_by_another",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("decided_at__gte", models.F("prepared_at")),
                                ("decided_at__isnull", False),
                                ("decided_by_id__isnull", False),
                                ("episodes__gt", 0),
                                ("episodes__isnull", False),
                                ("fetch_until__isnull", False),
                                ("forms__isnull", False),
                                ("key__regex", "^[0-9a-f]{16}$"),
                                ("patients__gt", 0),
                                ("patients__isnull", False),
                                ("state__in", ["decided", "closed"]),
                                models.Q(("decided_by_name", ""), _negated=True),
                            ),
                            models.Q(
                                ("decided_at", None),
                                ("decided_by_id", None),
                                ("decided_by_name", ""),
                                ("episodes", None),
                                ("fetch_until", None),
                                ("forms__isnull", True),
                                ("key", ""),
                                ("patients", None),
                                ("state__in", ["prepared", "withdrawn"]),
                            ),
                            _connector="OR",
                        ),
                        name="disclosure_decided_whole",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("ended_at", None),
                                ("ended_by_id", None),
                                ("ended_by_name", ""),
                                ("state__in", ["prepared", "decided"]),
                            ),
                            models.Q(
                                ("ended_at__gte", models.F("prepared_at")),
                                ("ended_at__isnull", False),
                                ("state__in", ["withdrawn", "closed"]),
                                models.Q(
                                    models.Q(("ended_by_id", None), ("ended_by_name", "")),
                                    models.Q(
                                        ("ended_by_id__isnull", False), models.Q(("ended_by_name", ""), _negated=True)
                                    ),
                                    _connector="OR",
                                ),
                            ),
                            _connector="OR",
                        ),
                        name="disclosure_ended_whole",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="FormVersion",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("sub_registry", models.CharField(max_length=40, db_comment="plain")),
                ("version", models.PositiveSmallIntegerField()),
                ("digest", models.CharField(max_length=64, db_comment="plain")),
                ("used_at", models.DateTimeField()),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("sub_registry", "version"), name="form_version_once")],
            },
        ),
        migrations.CreateModel(
            name="OptOut",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("mark", models.CharField(max_length=64, unique=True, db_comment="personal")),
                ("key", models.CharField(max_length=16, db_comment="plain")),
                ("case_number", models.CharField(max_length=40, db_comment="personal")),
                ("episodes", models.PositiveIntegerField()),
                ("at", models.DateTimeField()),
                ("by_account_id", models.BigIntegerField(null=True)),
                ("by_name", models.CharField(max_length=520, db_comment="personal")),
            ],
            options={
                "db_table_comment": "records",
                "indexes": [
                    models.Index(fields=["case_number"], name="opt_out_by_case"),
                    models.Index(fields=["at"], name="opt_out_at"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("mark__regex", "^[0-9a-f]{64}$")), name="opt_out_mark_shape"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("case_number", ""), _negated=True), name="opt_out_has_case"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Patient",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("system_id", models.CharField(max_length=10, unique=True, db_comment="plain")),
                ("birth_date", models.DateField(db_comment="personal")),
                ("sex", models.CharField(max_length=10, db_comment="personal")),
                ("given_name", models.CharField(blank=True, default="", max_length=100, db_comment="personal")),
                ("surname", models.CharField(blank=True, default="", max_length=100, db_comment="personal")),
                (
                    "surname_key",
                    models.GeneratedField(
                        db_persist=True,
                        expression=django.db.models.functions.text.Left(
                            django.db.models.functions.text.Replace(
                                django.db.models.functions.text.Replace(
                                    django.db.models.functions.text.Replace(
                                        models.Func(
                                            django.db.models.functions.text.Lower(
                                                django.db.models.functions.comparison.Collate(
                                                    models.Func(
                                                        models.Func(
                                                            models.F("surname"),
                                                            models.Value(" "),
                                                            models.F("given_name"),
                                                            arg_joiner=" || ",
                                                            template="(%(expressions)s)",
                                                        ),
                                                        function="normalize",
                                                    ),
                                                    "C",
                                                )
                                            ),
                                            models.Value(
                                                "ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖØÙÚÛÜÝßàáâãæçèéêëìíîïðñòóôõøùúûüýÿĀāĂăĄąĆćĈĉĊċČčĎďĐđĒēĔĕĖėĘęĚěĜĝĞğĠġĢģĤĥĨĩĪīĬĭĮįİıĴĵĶķĹĺĻļĽľŁłŃńŅņŇňŌōŎŏŐőŒœŔŕŖŗŘřŚśŜŝŞşŠšŢţŤťŨũŪūŬŭŮůŰűŲųŴŵŶŷŸŹźŻżŽžƠơƯưǍǎǏǐǑǒǓǔǕǖǗǘǙǚǛǜǞǟǠǡǦǧǨǩǪǫǬǭǰǴǵǸǹǺǻȀȁȂȃȄȅȆȇȈȉȊȋȌȍȎȏȐȑȒȓȔȕȖȗȘșȚțȞȟȦȧȨȩȪȫȬȭȮȯȰȱȲȳḀḁḂḃḄḅḆḇḈḉḊḋḌḍḎḏḐḑḒḓḔḕḖḗḘḙḚḛḜḝḞḟḠḡḢḣḤḥḦḧḨḩḪḫḬḭḮḯḰḱḲḳḴḵḶḷḸḹḺḻḼḽḾḿṀṁṂṃṄṅṆṇṈṉṊṋṌṍṎṏṐṑṒṓṔṕṖṗṘṙṚṛṜṝṞṟṠṡṢṣṤṥṦṧṨṩṪṫṬṭṮṯṰṱṲṳṴṵṶṷṸṹṺṻṼṽṾṿẀẁẂẃẄẅẆẇẈẉẊẋẌẍẎẏẐẑẒẓẔẕẖẗẘẙẞẠạẢảẤấẦầẨẩẪẫẬậẮắẰằẲẳẴẵẶặẸẹẺẻẼẽẾếỀềỂểỄễỆệỈỉỊịỌọỎỏỐốỒồỔổỖỗỘộỚớỜờỞởỠỡỢợỤụỦủỨứỪừỬửỮữỰựỲỳỴỵỶỷỸỹ-"
                                            ),
                                            models.Value(
                                                "aaaaäåäceeeeiiiidnooooööuuuuysaaaaäceeeeiiiidnooooöuuuuyyaaaaaaccccccccddddeeeeeeeeeegggggggghhiiiiiiiiiijjkkllllllllnnnnnnoooooooorrrrrrssssssssttttuuuuuuuuuuuuwwyyyzzzzzzoouuaaiioouuuuuuuuuuaaaaggkkoooojggnnaaaaaaeeeeiiiioooorrrruuuusstthhaaeeooooooooyyaabbbbbbccddddddddddeeeeeeeeeeffgghhhhhhhhhhiiiikkkkkkllllllllmmmmmmnnnnnnnnoooooooopppprrrrrrrrssssssssssttttttttuuuuuuuuuuvvvvwwwwwwwwwwxxxxyyzzzzzzhtwysaaaaaaaaaaaaaaaaaaaaaaaaeeeeeeeeeeeeeeeeiiiioooooooooooooooooooooooouuuuuuuuuuuuuuyyyyyyyy "
                                            ),
                                            function="translate",
                                        ),
                                        models.Value("å"),
                                        models.Value("{0"),
                                    ),
                                    models.Value("ä"),
                                    models.Value("{1"),
                                ),
                                models.Value("ö"),
                                models.Value("{2"),
                            ),
                            100,
                        ),
                        output_field=models.TextField(db_collation="C"),
                        db_comment="personal",
                    ),
                ),
                ("is_protected", models.BooleanField(default=False, db_comment="personal")),
                ("register_protects", models.BooleanField(default=False, db_comment="personal")),
                ("died_on", models.DateField(null=True, db_comment="personal")),
                ("looked_up_at", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField()),
            ],
            options={
                "db_table_comment": "records",
                "indexes": [models.Index(fields=["surname_key", "id"], name="patient_by_name")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("sex__in", ["female", "male", "unknown"])), name="patient_sex_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("died_on", None), ("died_on__gte", models.F("birth_date")), _connector="OR"
                        ),
                        name="patient_died_after_birth",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("register_protects", False), ("is_protected", True), _connector="OR"),
                        name="patient_protected_by_the_register",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="HistoryImport",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("source", models.CharField(db_comment="plain", max_length=60)),
                ("reference", models.CharField(db_comment="plain", max_length=100)),
                ("decided_by", models.CharField(db_comment="personal", max_length=200)),
                ("decided_on", models.DateField()),
                ("at", models.DateTimeField()),
                ("digest", models.CharField(db_comment="plain", max_length=64)),
                ("episodes", models.PositiveIntegerField()),
                ("patients", models.PositiveIntegerField()),
                ("there", models.PositiveIntegerField()),
                ("opted_out", models.PositiveIntegerField()),
            ],
            options={
                "db_table_comment": "records",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("reference", ""), _negated=True), name="history_has_reference"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("source", ""), _negated=True), name="history_has_source"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Episode",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("system_id", models.CharField(max_length=10, unique=True, db_comment="plain")),
                ("sub_registry", models.CharField(max_length=40, db_comment="plain")),
                ("version", models.PositiveSmallIntegerField()),
                ("began_at", models.DateTimeField(db_comment="personal")),
                ("created_at", models.DateTimeField()),
                ("created_by_id", models.BigIntegerField()),
                ("created_by_name", models.CharField(max_length=520, db_comment="personal")),
                ("source", models.CharField(blank=True, db_comment="plain", default="", max_length=60)),
                ("source_id", models.CharField(blank=True, db_comment="personal", default="", max_length=60)),
                (
                    "history",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="records.historyimport",
                    ),
                ),
                (
                    "care_provider",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="places.careprovider"
                    ),
                ),
                (
                    "clinic",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="places.clinic"
                    ),
                ),
                (
                    "patient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="episodes", to="records.patient"
                    ),
                ),
            ],
            options={"db_table_comment": "records"},
        ),
        migrations.CreateModel(
            name="ReasonGiven",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("session_id", models.BigIntegerField()),
                ("at", models.DateTimeField()),
                (
                    "patient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="records.patient"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="RetentionDecision",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("sub_registry", models.CharField(max_length=40, db_comment="plain")),
                (
                    "what",
                    models.CharField(
                        choices=[("destroy", "Destroy"), ("research", "Research"), ("keep", "Keep")],
                        max_length=10,
                    ),
                ),
                ("before", models.DateTimeField(null=True)),
                ("until", models.DateField(null=True)),
                ("reason", models.CharField(max_length=500, db_comment="personal")),
                ("episodes", models.PositiveIntegerField()),
                ("at", models.DateTimeField()),
                ("by_account_id", models.BigIntegerField()),
                ("by_name", models.CharField(max_length=520, db_comment="personal")),
                ("done_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table_comment": "decisions",
                "indexes": [models.Index(fields=["sub_registry", "-id"], name="keeping_newest")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("before__isnull", False), ("until", None), ("what__in", ["destroy", "research"])),
                            models.Q(("before", None), ("done_at", None), ("until__isnull", False), ("what", "keep")),
                            _connector="OR",
                        ),
                        name="keeping_says_what",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True), name="keeping_has_reason"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("done_at", None), ("done_at__gte", models.F("at")), _connector="OR"),
                        name="keeping_done_after",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("done_at", None), ("what__in", ["destroy", "research"])),
                        fields=("sub_registry", "what"),
                        name="one_destruction_at_a_time",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Step",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("is_moved", models.BooleanField(default=False)),
                ("code", models.CharField(max_length=40, db_comment="plain")),
                (
                    "state",
                    models.CharField(
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
                ("answers", models.JSONField(default=dict, db_comment="personal")),
                ("version", models.PositiveIntegerField(default=0)),
                ("flags", models.PositiveSmallIntegerField(default=0)),
                ("lacking", models.PositiveSmallIntegerField(default=0)),
                ("due_from", models.DateField(null=True)),
                ("due_to", models.DateField(null=True)),
                ("next_since", models.DateTimeField(null=True)),
                ("letter_at", models.DateTimeField(null=True)),
                ("reminded_at", models.DateTimeField(null=True)),
                ("replied_at", models.DateTimeField(null=True)),
                ("saved_at", models.DateTimeField(null=True)),
                ("saved_by_id", models.BigIntegerField(null=True)),
                ("saved_by_name", models.CharField(blank=True, default="", max_length=520, db_comment="personal")),
                ("signed_at", models.DateTimeField(null=True)),
                ("signed_by_id", models.BigIntegerField(null=True)),
                ("signed_by_name", models.CharField(blank=True, default="", max_length=520, db_comment="personal")),
                ("research_gone_at", models.DateTimeField(null=True)),
                ("says_dead", models.BooleanField(default=False, db_comment="personal")),
                ("died_on", models.DateField(null=True, db_comment="personal")),
                ("closed_at", models.DateTimeField(null=True)),
                (
                    "closed_why",
                    models.CharField(
                        blank=True,
                        choices=[("register", "register"), ("answer", "answer")],
                        default="",
                        max_length=10,
                    ),
                ),
                (
                    "care_provider",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="places.careprovider"
                    ),
                ),
                (
                    "clinic",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="places.clinic"
                    ),
                ),
                (
                    "episode",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="steps", to="records.episode"
                    ),
                ),
            ],
            options={"db_table_comment": "records"},
        ),
        migrations.CreateModel(
            name="Proposal",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("source", models.CharField(db_comment="plain", max_length=60)),
                ("answers", models.JSONField(db_comment="personal")),
                ("exported_at", models.DateTimeField(null=True)),
                ("at", models.DateTimeField()),
                ("by_id", models.BigIntegerField()),
                ("by_name", models.CharField(db_comment="personal", max_length=520)),
                (
                    "accepted",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=60), db_comment="plain", default=list, size=None
                    ),
                ),
                ("reason", models.CharField(blank=True, db_comment="personal", default="", max_length=500)),
                ("ended_at", models.DateTimeField(null=True)),
                ("ended_by_id", models.BigIntegerField(null=True)),
                ("ended_by_name", models.CharField(blank=True, db_comment="personal", default="", max_length=520)),
                (
                    "care_provider",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="places.careprovider"
                    ),
                ),
                (
                    "step",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="proposals", to="records.step"
                    ),
                ),
            ],
            options={
                "db_table_comment": "records",
                "indexes": [
                    models.Index(
                        condition=models.Q(("ended_at", None)),
                        fields=["care_provider", "step"],
                        name="proposal_waiting",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None)), fields=("step",), name="proposal_waits_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("answers", {}), _negated=True), name="proposal_has_answers"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("accepted", []),
                            ("ended_at", None),
                            ("ended_by_id", None),
                            ("ended_by_name", ""),
                            ("reason", ""),
                        )
                        | (
                            models.Q(("ended_at__isnull", False), ("ended_by_id__isnull", False))
                            & models.Q(("reason", ""), _negated=True)
                            & models.Q(("ended_by_name", ""), _negated=True)
                        ),
                        name="proposal_decided_for_a_reason",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DataQuery",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("system_id", models.CharField(max_length=10, db_comment="plain")),
                ("sub_registry", models.CharField(max_length=40, db_comment="plain")),
                ("step_code", models.CharField(max_length=40, db_comment="plain")),
                ("variable", models.CharField(max_length=60, db_comment="plain")),
                ("text", models.CharField(blank=True, default="", max_length=500, db_comment="personal")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "waiting"),
                            ("answered", "answered"),
                            ("withdrawn", "withdrawn"),
                            ("lapsed", "lapsed"),
                        ],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                ("asked_at", models.DateTimeField()),
                ("asked_by_id", models.BigIntegerField()),
                ("asked_by_name", models.CharField(max_length=520, db_comment="personal")),
                ("told_at", models.DateTimeField(null=True)),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[("corrected", "corrected"), ("right", "right"), ("unknown", "unknown")],
                        default="",
                        max_length=10,
                    ),
                ),
                ("answer", models.CharField(blank=True, default="", max_length=500, db_comment="personal")),
                ("ended_at", models.DateTimeField(null=True)),
                ("ended_by_id", models.BigIntegerField(null=True)),
                ("ended_by_name", models.CharField(blank=True, default="", max_length=520, db_comment="personal")),
                (
                    "step",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="data_queries",
                        to="records.step",
                    ),
                ),
            ],
            options={
                "db_table_comment": "records",
                "indexes": [
                    models.Index(condition=models.Q(("state", "waiting")), fields=["step"], name="data_query_waiting"),
                    models.Index(fields=["ended_at"], name="data_query_ended"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["waiting", "answered", "withdrawn", "lapsed"])),
                        name="data_query_state_known",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "waiting")),
                        fields=("system_id", "step_code", "variable"),
                        name="data_query_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("step", None), ("text", ""), ("told_at", None)),
                            models.Q(("step__isnull", False), models.Q(("text", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="data_query_asks_somebody",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("ended_by_id__isnull", False),
                                ("outcome__in", ["corrected", "right", "unknown"]),
                                ("state", "answered"),
                                ("step__isnull", False),
                            ),
                            models.Q(models.Q(("state", "answered"), _negated=True), ("answer", ""), ("outcome", "")),
                            _connector="OR",
                        ),
                        name="data_query_answered",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("outcome", "unknown"), _negated=True),
                            models.Q(("answer", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="data_query_unknown_says_why",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_at", None), ("ended_by_id", None), ("state", "waiting")),
                            models.Q(
                                models.Q(("state", "waiting"), _negated=True), ("ended_at__gte", models.F("asked_at"))
                            ),
                            _connector="OR",
                        ),
                        name="data_query_ends_once",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Revision",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("number", models.PositiveIntegerField()),
                (
                    "kind",
                    models.CharField(
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
                            ("history", "History"),
                        ],
                        max_length=10,
                    ),
                ),
                ("changes", models.JSONField(default=dict, db_comment="personal")),
                ("reason", models.CharField(blank=True, default="", max_length=500, db_comment="personal")),
                ("at", models.DateTimeField()),
                ("by_account_id", models.BigIntegerField(null=True)),
                ("by_hsa_id", models.CharField(blank=True, default="", max_length=31, db_comment="personal")),
                ("by_name", models.CharField(max_length=520, db_comment="personal")),
                ("by_role", models.CharField(blank=True, default="", max_length=100, db_comment="plain")),
                ("by_clinic_id", models.BigIntegerField(null=True)),
                (
                    "care_provider",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="places.careprovider"
                    ),
                ),
                (
                    "step",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="revisions", to="records.step"
                    ),
                ),
            ],
            options={"db_table_comment": "records"},
        ),
        migrations.CreateModel(
            name="TakenBack",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("mark", models.CharField(max_length=64, db_comment="personal")),
                ("key", models.CharField(max_length=16, db_comment="plain")),
                ("case_number", models.CharField(max_length=40, db_comment="personal")),
                ("at", models.DateTimeField()),
                ("by_account_id", models.BigIntegerField(null=True)),
                ("by_name", models.CharField(max_length=520, db_comment="personal")),
            ],
            options={
                "db_table_comment": "records",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("mark__regex", "^[0-9a-f]{64}$")), name="taken_back_mark_shape"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="DeletionTally",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("sub_registry", models.CharField(max_length=40, db_comment="plain")),
                (
                    "why",
                    models.CharField(
                        choices=[("opted_out", "Opted Out"), ("retention", "Retention"), ("research", "Research")],
                        max_length=10,
                    ),
                ),
                ("episodes", models.PositiveIntegerField()),
                ("at", models.DateTimeField()),
                (
                    "clinic",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="places.clinic"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["clinic", "-at"], name="destruction_clinic")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("why__in", ["opted_out", "retention", "research"])),
                        name="destruction_why_known",
                    ),
                    models.CheckConstraint(condition=models.Q(("episodes__gt", 0)), name="destruction_of_something"),
                ],
            },
        ),
        migrations.CreateModel(
            name="DisclosureFetch",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "what",
                    models.CharField(choices=[("file", "File"), ("key", "Key")], max_length=4),
                ),
                ("patients", models.PositiveIntegerField()),
                (
                    "who",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), default=list, size=None, db_comment="plain"
                    ),
                ),
                ("digest", models.CharField(blank=True, default="", max_length=64, db_comment="plain")),
                ("at", models.DateTimeField()),
                ("by_account_id", models.BigIntegerField(null=True)),
                ("by_name", models.CharField(max_length=520, db_comment="personal")),
                (
                    "disclosure",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="fetches", to="records.disclosure"
                    ),
                ),
            ],
            options={
                "db_table_comment": "disclosures",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("by_account_id__isnull", False),
                                ("digest__regex", "^[0-9a-f]{64}$"),
                                ("what", "file"),
                                ("who__len", models.F("patients")),
                            ),
                            models.Q(("by_account_id", None), ("digest", ""), ("what", "key"), ("who__len", 0)),
                            _connector="OR",
                        ),
                        name="disclosure_fetch_says_what",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("by_name", ""), _negated=True), name="disclosure_fetch_by_somebody"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Number",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("text", models.CharField(max_length=12, unique=True, db_comment="personal")),
                ("kind", models.CharField(max_length=40, db_comment="personal")),
                ("since", models.DateTimeField()),
                ("until", models.DateTimeField(null=True)),
                (
                    "patient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="numbers", to="records.patient"
                    ),
                ),
            ],
            options={
                "db_table_comment": "records",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("until", None)), fields=("patient",), name="one_number_now"
                    ),
                    models.CheckConstraint(condition=models.Q(("text__regex", "^[0-9A-Z]{12}$")), name="number_shape"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Merge",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("gone", models.CharField(max_length=10, unique=True, db_comment="plain")),
                ("gone_id", models.BigIntegerField()),
                ("at", models.DateTimeField()),
                ("by_account_id", models.BigIntegerField()),
                ("by_name", models.CharField(max_length=520, db_comment="personal")),
                ("reason", models.CharField(max_length=500, db_comment="personal")),
                (
                    "patient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="records.patient"
                    ),
                ),
            ],
            options={
                "db_table_comment": "records",
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("reason", ""), _negated=True), name="merge_has_reason")
                ],
            },
        ),
        migrations.CreateModel(
            name="Leaving",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("case_number", models.CharField(max_length=40, db_comment="personal")),
                ("at", models.DateTimeField()),
                ("due_at", models.DateTimeField()),
                ("by_account_id", models.BigIntegerField()),
                ("by_name", models.CharField(max_length=520, db_comment="personal")),
                (
                    "patient",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="records.patient"
                    ),
                ),
            ],
            options={
                "db_table_comment": "records",
                "indexes": [models.Index(fields=["due_at"], name="leaving_due")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("case_number", ""), _negated=True), name="leaving_has_case"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("due_at__gt", models.F("at"))), name="leaving_due_later"
                    ),
                ],
            },
        ),
        migrations.AddIndex(
            model_name="episode",
            index=models.Index(fields=["patient", "sub_registry", "began_at"], name="episode_doubles"),
        ),
        migrations.AddIndex(
            model_name="episode",
            index=models.Index(fields=["care_provider", "patient"], name="episode_patients"),
        ),
        migrations.AddIndex(
            model_name="episode",
            index=models.Index(fields=["clinic", "-id"], name="episode_clinic"),
        ),
        migrations.AddIndex(
            model_name="episode",
            index=models.Index(fields=["clinic", "-began_at", "-id"], name="episode_by_arrival"),
        ),
        migrations.AddIndex(
            model_name="episode",
            index=models.Index(fields=["sub_registry", "began_at"], name="episode_by_age"),
        ),
        migrations.AddConstraint(
            model_name="episode",
            constraint=models.UniqueConstraint(fields=("id", "care_provider"), name="episode_with_its_provider"),
        ),
        migrations.AddConstraint(
            model_name="episode",
            constraint=models.UniqueConstraint(
                condition=models.Q(("source_id", ""), _negated=True),
                fields=("source", "source_id"),
                name="episode_of_history_once",
            ),
        ),
        migrations.AddIndex(
            model_name="reasongiven",
            index=models.Index(fields=["session_id", "patient", "-at"], name="reason_given"),
        ),
        migrations.AddIndex(
            model_name="reasongiven",
            index=models.Index(fields=["at"], name="reason_given_at"),
        ),
        migrations.AddIndex(
            model_name="step",
            index=models.Index(
                condition=models.Q(("state__in", ["draft", "reopened"])),
                fields=["clinic", "-saved_at", "-id"],
                name="step_unfinished",
            ),
        ),
        migrations.AddIndex(
            model_name="step",
            index=models.Index(
                condition=models.Q(("state", "incomplete")),
                fields=["clinic", "-saved_at", "-id"],
                name="step_laid_aside",
            ),
        ),
        migrations.AddIndex(
            model_name="step",
            index=models.Index(
                condition=models.Q(("due_from__isnull", False), ("state", "planned")),
                fields=["clinic", "due_from", "id"],
                name="step_due",
            ),
        ),
        migrations.AddIndex(
            model_name="step",
            index=models.Index(
                condition=models.Q(("due_from__isnull", False), ("next_since__isnull", False), ("state", "planned")),
                fields=["clinic", "due_from", "id"],
                name="step_awaiting",
            ),
        ),
        migrations.AddIndex(
            model_name="step",
            index=models.Index(
                condition=models.Q(("due_from", None), ("next_since__isnull", False), ("state", "planned")),
                fields=["clinic", "next_since", "id"],
                name="step_next",
            ),
        ),
        migrations.AddIndex(
            model_name="step",
            index=models.Index(
                condition=models.Q(("flags__gt", 0)), fields=["clinic", "-saved_at", "-id"], name="step_flagged"
            ),
        ),
        migrations.AddIndex(
            model_name="step",
            index=models.Index(
                condition=models.Q(("state__in", ("planned", "draft", "incomplete", "reopened"))),
                fields=["episode"],
                include=("state", "flags", "next_since", "due_from", "due_to"),
                name="step_left",
            ),
        ),
        migrations.AddIndex(
            model_name="step",
            index=models.Index(condition=models.Q(("is_moved", True)), fields=["clinic", "episode"], name="step_moved"),
        ),
        migrations.AddConstraint(
            model_name="step",
            constraint=models.UniqueConstraint(fields=("episode", "code"), name="step_once"),
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
                    models.Q(("state", "planned"), _negated=True),
                    models.Q(("answers", {}), ("saved_at", None)),
                    _connector="OR",
                ),
                name="step_planned_is_empty",
            ),
        ),
        migrations.AddConstraint(
            model_name="step",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "signed"), _negated=True),
                    models.Q(
                        ("flags", 0),
                        ("lacking", 0),
                        ("signed_at__isnull", False),
                        ("signed_by_id__isnull", False),
                        models.Q(("signed_by_name", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="step_signed_by_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="step",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("due_from", None), ("due_to", None)),
                    models.Q(("due_from__isnull", False), ("due_to__gte", models.F("due_from"))),
                    _connector="OR",
                ),
                name="step_due_is_a_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="step",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("letter_at__isnull", False),
                    models.Q(("reminded_at", None), ("replied_at", None)),
                    _connector="OR",
                ),
                name="step_letter_before_reply",
            ),
        ),
        migrations.AddConstraint(
            model_name="step",
            constraint=models.CheckConstraint(
                condition=models.Q(("next_since", None), ("state", "planned"), _connector="OR"),
                name="step_next_is_planned",
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
        migrations.AddConstraint(
            model_name="revision",
            constraint=models.UniqueConstraint(fields=("step", "number"), name="revision_once"),
        ),
        migrations.AddConstraint(
            model_name="revision",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        [
                            "write",
                            "lay_aside",
                            "take_up",
                            "sign",
                            "reopen",
                            "move",
                            "version",
                            "close",
                            "plan",
                            "history",
                        ],
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
                    ("kind__in", ["close", "plan", "take_up", "history"]),
                    _connector="OR",
                ),
                name="revision_by_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="revision",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "reopen"), _negated=True),
                    models.Q(("reason", ""), _negated=True),
                    _connector="OR",
                ),
                name="revision_reopened_has_reason",
            ),
        ),
        migrations.RunSQL(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")),
        migrations.RunSQL(STEP_LIFE.trigger("records_step")),
        migrations.RunSQL(DISCLOSURE_LIFE.trigger("records_disclosure", every_update=True)),
        migrations.RunSQL(QUERY_LIFE.trigger("records_dataquery")),
    ]
