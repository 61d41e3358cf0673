"""The tables of patients and episodes, one file for each cabinet of the room.

Row-level security (`migrations/0001_initial.sql`) shows a row only to a transaction that has said for which care
provider it reads. It is the second fence: the first is that `queries` asks for an `Actor`.
"""

from registret.records.models.data_queries import DataQuery
from registret.records.models.disclosure import Disclosure, DisclosureFetch
from registret.records.models.history import HistoryImport
from registret.records.models.identity import Merge, Number, Patient, ReasonGiven
from registret.records.models.patient_rights import Leaving, OptOut, TakenBack
from registret.records.models.proposals import Proposal
from registret.records.models.reporting import Episode, FormVersion, Revision, Step
from registret.records.models.retention import DeletionTally, RetentionDecision

__all__ = [
    "DataQuery",
    "DeletionTally",
    "Disclosure",
    "DisclosureFetch",
    "Episode",
    "FormVersion",
    "HistoryImport",
    "Leaving",
    "Merge",
    "Number",
    "OptOut",
    "Patient",
    "Proposal",
    "ReasonGiven",
    "RetentionDecision",
    "Revision",
    "Step",
    "TakenBack",
]
