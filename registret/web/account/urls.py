from django.urls import path

from registret.web.account import address_views, session_views, views

urlpatterns = [
    path("konto", views.account, name="account"),
    path("konto/uppgifter", views.own_data, name="own_data"),
    path("konto/e-post", address_views.change, name="new_address"),
    path("konto/e-post/kod", address_views.type_code, name="new_address_code"),
    path("konto/e-post/skicka-igen", address_views.resend, name="new_address_resend"),
    path("konto/e-post/avbryt", address_views.take_back, name="new_address_take_back"),
    path("konto/sprak", views.language, name="letters_language"),
    path("konto/ansok", views.apply, name="apply_for_more"),
    path("konto/ansokan/<int:id>", views.application, name="own_application"),
    path("konto/ansokan/<int:id>/svara", views.answer, name="own_application_answer"),
    path("konto/ansokan/<int:id>/ta-tillbaka", views.withdraw, name="own_application_withdraw"),
    path("konto/behorighet/<int:id>/lamna", views.leave, name="leave"),
    path("konto/sessioner", session_views.sessions, name="sessions"),
    path("konto/sessioner/avsluta-andra", session_views.end_others, name="end_other_sessions"),
    path("konto/sessioner/<int:id>/avsluta", session_views.end, name="end_session"),
    path("min-logg", views.own_log, name="own_log"),
    path("invant", address_views.objected, name="objected"),
    path("invand/<str:token>", address_views.objection, name="objection"),
]
