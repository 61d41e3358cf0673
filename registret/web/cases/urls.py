from django.urls import path

from registret.web.cases import disclosures, identity, information, retention, views

urlpatterns = [
    path("patientarenden", views.cases, name="cases"),
    path("patientarenden/registerutdrag", views.registry_extract, name="case_extract"),
    path("patientarenden/loggutdrag", views.log_extract, name="case_log_extract"),
    path("patientarenden/avboj", views.opt_out, name="case_opt_out"),
    path("patientarenden/avboj/bekrafta", views.confirm_opt_out, name="case_confirm_opt_out"),
    path("patientarenden/avboj/angra", views.take_back, name="case_take_back"),
    path("patientarenden/nummer", identity.number_of_case, name="case_number"),
    path("gallring", retention.retention, name="retention"),
    path("gallring/<slug:code>", retention.one, name="retention_one"),
    path("utlamnanden", disclosures.disclosures, name="disclosures"),
    path("utlamnanden/nytt/<slug:code>", disclosures.new, name="disclosure_new"),
    path("utlamnanden/<int:number>", disclosures.one, name="disclosure"),
    path("utlamnanden/<int:number>/fil", disclosures.file, name="disclosure_file"),
    path("patient/<slug:patient>/nummer", identity.number, name="patient_number"),
    path("patientinformation", information.clinics, name="patient_information"),
    path("patientinformation/<slug:code>", information.clinic, name="patient_information_of"),
]
