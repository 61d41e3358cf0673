from django.urls import path

from registret.web.door import provider_views, views

urlpatterns = [
    path("", views.front, name="front"),
    path("login.aspx", views.bookmarked, name="bookmarked"),
    path("logga-in", views.log_in, name="log_in"),
    path("logga-in/legitimering", provider_views.log_in, name="provider_log_in"),
    path("logga-in/legitimering/svar", provider_views.answer, name="provider_answer"),
    path("logga-in/svar/", views.answer, name="answer_lost"),
    path("logga-in/svar/<str:code>", views.answer, name="answer"),
    path("logga-in/nekad/<str:reference>", views.denied, name="denied"),
    path("kort", views.check, name="check"),
    path("kort/<str:reference>", views.checked, name="checked"),
    path("logga-ut", views.log_out, name="log_out"),
    path("utloggad", views.logged_out, name="logged_out"),
    path("session", views.session_left, name="session_left"),
    path("session/fortsatt", views.session_go_on, name="session_go_on"),
    path("sprak/<str:code>", views.language, name="language"),
]
