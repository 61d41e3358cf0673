"""Applications, grants and their recertification. What nobody may do, the database refuses too."""

from registret.access.models.applications import MAY_BE_FORGOTTEN, Application, Claim, Note
from registret.access.models.grants import Grant, GrantSource, Participation
from registret.access.models.notices import Notice
from registret.access.models.recertification import Recertification, RecertificationLine
from registret.access.models.staff import Nomination, Substitution
from registret.access.models.systems import SystemKey, UsedAssertion

__all__ = [
    "MAY_BE_FORGOTTEN",
    "Application",
    "Claim",
    "Grant",
    "GrantSource",
    "Nomination",
    "Note",
    "Notice",
    "Participation",
    "Recertification",
    "RecertificationLine",
    "Substitution",
    "SystemKey",
    "UsedAssertion",
]
