from pathlib import Path

import django.db.models.deletion
import django.db.models.functions.comparison
import django.db.models.functions.text
from django.db import migrations, models

from registret.accounts.lifecycle import ACCOUNT_LIFE


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Account",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("hsa_id", models.CharField(max_length=31, db_comment="personal")),
                (
                    "hsa_id_key",
                    models.GeneratedField(
                        db_persist=True,
                        expression=django.db.models.functions.text.Upper("hsa_id"),
                        output_field=models.CharField(max_length=31),
                        db_comment="personal",
                    ),
                ),
                ("given_name", models.CharField(blank=True, max_length=256, db_comment="personal")),
                ("surname", models.CharField(max_length=256, db_comment="personal")),
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
                (
                    "given_name_key",
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
                                                            models.F("given_name"),
                                                            models.Value(" "),
                                                            models.F("surname"),
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
                ("organisation", models.CharField(blank=True, default="", max_length=256, db_comment="personal")),
                ("email", models.CharField(max_length=254, db_comment="personal")),
                ("language", models.CharField(default="sv", max_length=2, db_comment="plain")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            (
                                "registered",
                                "registered",
                            ),
                            (
                                "confirmed",
                                "confirmed",
                            ),
                            (
                                "suspended",
                                "suspended",
                            ),
                            (
                                "ended",
                                "ended",
                            ),
                        ],
                        default="registered",
                        max_length=12,
                    ),
                ),
                ("state_reason", models.CharField(blank=True, default="", max_length=500, db_comment="personal")),
                (
                    "state_authority",
                    models.CharField(
                        blank=True,
                        choices=[("clock", "clock"), ("clinic", "clinic"), ("office", "office")],
                        default="",
                        max_length=10,
                    ),
                ),
                ("state_clinic_id", models.BigIntegerField(null=True)),
                ("created_at", models.DateTimeField()),
                ("confirmed_at", models.DateTimeField(null=True)),
                ("logged_in_at", models.DateTimeField(null=True, db_comment="personal")),
                ("unused_since", models.DateTimeField(null=True, db_comment="personal")),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "card_issuer",
                    models.CharField(blank=True, db_default="", default="", max_length=256, db_comment="personal"),
                ),
                (
                    "card_environment",
                    models.CharField(blank=True, db_default="", default="", max_length=10, db_comment="plain"),
                ),
                ("erased_at", models.DateTimeField(null=True)),
                ("hsa_id_erased_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table_comment": "accounts",
                "indexes": [
                    models.Index(fields=["hsa_id_key", "-id"], name="account_hsa_id"),
                    models.Index(
                        django.db.models.functions.comparison.Collate("hsa_id_key", "C"),
                        models.F("id"),
                        name="account_hsa_id_prefix",
                    ),
                    models.Index(
                        django.db.models.functions.comparison.Collate("email", "C"),
                        models.F("id"),
                        name="account_mail_prefix",
                    ),
                    models.Index(fields=["surname_key", "id"], name="account_surname"),
                    models.Index(fields=["given_name_key", "id"], name="account_given_name"),
                    models.Index(
                        condition=models.Q(("state__in", ["registered", "confirmed"])),
                        fields=["unused_since"],
                        name="account_unused",
                    ),
                    models.Index(
                        condition=models.Q(("hsa_id_erased_at", None), ("state", "ended")),
                        fields=["ended_at"],
                        name="account_to_erase",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "ended"), _negated=True),
                        fields=("hsa_id_key",),
                        name="one_living_account_per_hsa_id",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["registered", "confirmed", "suspended", "ended"])),
                        name="account_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("hsa_id__regex", "^[A-Za-z0-9]+-[A-Za-z0-9]+$"), ("hsa_id_erased_at", None)),
                            models.Q(("hsa_id", ""), ("hsa_id_erased_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="account_hsa_id_shape",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("email__regex", "^[^[:upper:]\\s]+@[^[:upper:]\\s@]+$"),
                            models.Q(
                                ("card_environment", ""),
                                ("card_issuer", ""),
                                ("email", ""),
                                ("erased_at__isnull", False),
                                ("given_name", ""),
                                ("logged_in_at", None),
                                ("organisation", ""),
                                ("state", "ended"),
                                ("state_reason", ""),
                                ("surname", ""),
                                ("unused_since", None),
                            ),
                            _connector="OR",
                        ),
                        name="account_mail_lower_case",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("erased_at", None), ("hsa_id_erased_at", None)),
                            models.Q(
                                ("card_environment", ""),
                                ("card_issuer", ""),
                                ("email", ""),
                                ("erased_at__isnull", False),
                                ("given_name", ""),
                                ("logged_in_at", None),
                                ("organisation", ""),
                                ("state", "ended"),
                                ("state_reason", ""),
                                ("surname", ""),
                                ("unused_since", None),
                            ),
                            _connector="OR",
                        ),
                        name="account_erased_whole",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("confirmed_at", None),
                                ("state", "registered"),
                            ),
                            models.Q(
                                ("confirmed_at__isnull", False),
                                (
                                    "state__in",
                                    [
                                        "confirmed",
                                        "suspended",
                                    ],
                                ),
                            ),
                            ("state", "ended"),
                            _connector="OR",
                        ),
                        name="account_confirmed_has_moment",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("state", "suspended"),
                                ("state_authority__in", ["clock", "clinic", "office"]),
                            ),
                            models.Q(
                                models.Q(("state", "suspended"), _negated=True),
                                ("state_authority", ""),
                            ),
                            _connector="OR",
                        ),
                        name="account_suspended_by_somebody",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state_authority", "clinic"), ("state_clinic_id__isnull", False)),
                            models.Q(models.Q(("state_authority", "clinic"), _negated=True), ("state_clinic_id", None)),
                            _connector="OR",
                        ),
                        name="account_suspended_by_this_clinic",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("ended_at__isnull", False),
                                ("state", "ended"),
                            ),
                            models.Q(
                                models.Q(("state", "ended"), _negated=True),
                                ("ended_at", None),
                            ),
                            _connector="OR",
                        ),
                        name="account_ended_has_moment",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="LoginAttempt",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "purpose",
                    models.CharField(
                        choices=[("login", "login"), ("check", "check"), ("unlock", "unlock")],
                        max_length=10,
                    ),
                ),
                (
                    "way",
                    models.CharField(choices=[("card", "card"), ("idp", "idp")], default="card", max_length=10),
                ),
                ("nonce", models.BinaryField(max_length=16, db_comment="plain")),
                ("label_digest", models.BinaryField(max_length=32, unique=True, db_comment="digest")),
                ("browser_digest", models.BinaryField(max_length=32, db_comment="digest")),
                ("confirmation_id", models.BigIntegerField(null=True)),
                ("confirmation_version", models.PositiveIntegerField(null=True)),
                (
                    "back_to",
                    models.CharField(blank=True, db_default="", default="", max_length=200, db_comment="personal"),
                ),
                ("begun_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("answered_at", models.DateTimeField(null=True)),
                ("outcome", models.JSONField(null=True, db_comment="personal")),
                ("reference", models.CharField(blank=True, default="", max_length=10, db_comment="plain")),
                ("code_digest", models.BinaryField(max_length=32, null=True, unique=True, db_comment="digest")),
                ("code_expires_at", models.DateTimeField(null=True)),
                ("redeemed_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table_comment": "logins",
                "indexes": [
                    models.Index(fields=["begun_at"], name="attempt_begun"),
                    models.Index(fields=["browser_digest"], name="attempt_browser"),
                    models.Index(
                        condition=models.Q(("reference", ""), _negated=True),
                        fields=["reference"],
                        name="attempt_reference",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("code_digest", None), ("code_expires_at", None), ("outcome", None)),
                            models.Q(
                                ("answered_at__isnull", False),
                                ("code_digest__isnull", False),
                                ("code_expires_at__isnull", False),
                                ("outcome__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="attempt_code_after_answer",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("redeemed_at", None), ("code_digest__isnull", False), _connector="OR"),
                        name="attempt_redeemed_after_code",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("confirmation_id", None), ("confirmation_version", None)),
                            models.Q(("confirmation_id__isnull", False), ("confirmation_version__isnull", False)),
                            _connector="OR",
                        ),
                        name="attempt_confirmation_whole",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("purpose__in", ["login", "check", "unlock"])), name="attempt_purpose_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("back_to", ""),
                            ("back_to__regex", "^/[^/\\\\[:space:]][^\\\\[:space:]]*$"),
                            _connector="OR",
                        ),
                        name="attempt_back_to_stays_here",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("way", "card"), models.Q(("purpose", "login"), ("way", "idp")), _connector="OR"
                        ),
                        name="attempt_way_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Confirmation",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("email", models.CharField(max_length=254, db_comment="personal")),
                ("version", models.PositiveIntegerField(default=1)),
                ("created_at", models.DateTimeField()),
                ("sent_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("wrong_codes", models.PositiveSmallIntegerField(default=0)),
                ("confirmed_at", models.DateTimeField(null=True)),
                ("replaced_at", models.DateTimeField(null=True)),
                ("replaces", models.CharField(blank=True, default="", max_length=254, db_comment="personal")),
                ("objected_at", models.DateTimeField(null=True)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="confirmations", to="accounts.account"
                    ),
                ),
            ],
            options={
                "db_table_comment": "accounts",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("confirmed_at", None), ("replaced_at", None)),
                        fields=("account",),
                        name="one_open_confirmation_per_account",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("confirmed_at", None), ("replaced_at", None), _connector="OR"),
                        name="confirmation_ends_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("expires_at__gt", models.F("sent_at"))), name="confirmation_expires_later"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("wrong_codes__lte", 20)), name="confirmation_guesses_bounded"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("replaces", models.F("email")), _negated=True),
                        name="confirmation_changes_something",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("objected_at", None),
                            models.Q(
                                models.Q(("replaces", ""), _negated=True),
                                models.Q(
                                    ("confirmed_at__isnull", False), ("replaced_at__isnull", False), _connector="OR"
                                ),
                            ),
                            _connector="OR",
                        ),
                        name="confirmation_objected_is_over",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Session",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("key_digest", models.BinaryField(max_length=32, unique=True, db_comment="digest")),
                ("hsa_id", models.CharField(max_length=31, db_comment="personal")),
                (
                    "hsa_id_key",
                    models.GeneratedField(
                        db_persist=True,
                        expression=django.db.models.functions.text.Upper("hsa_id"),
                        output_field=models.CharField(max_length=31),
                        db_comment="personal",
                    ),
                ),
                ("card", models.JSONField(db_comment="personal")),
                ("grant_id", models.BigIntegerField(null=True)),
                ("network", models.GenericIPAddressField(null=True, db_comment="personal")),
                ("began_at", models.DateTimeField()),
                ("seen_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
                ("locked_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("end_reason", models.CharField(blank=True, default="", max_length=20, db_comment="plain")),
                (
                    "attempt",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.SET_NULL, to="accounts.loginattempt"
                    ),
                ),
            ],
            options={
                "db_table_comment": "logins",
                "indexes": [
                    models.Index(condition=models.Q(("ended_at", None)), fields=["hsa_id_key"], name="session_living"),
                    models.Index(fields=["ends_at"], name="session_ends"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("end_reason", ""), ("ended_at", None)),
                            models.Q(("ended_at__isnull", False), models.Q(("end_reason", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="session_end_has_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("ends_at__gt", models.F("began_at"))), name="session_ends_later"
                    ),
                ],
            },
        ),
        migrations.RunSQL(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")),
        migrations.RunSQL(ACCOUNT_LIFE.trigger("accounts_account")),
    ]
