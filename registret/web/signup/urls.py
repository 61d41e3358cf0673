from django.urls import path

from registret.web.signup import earlier, views

urlpatterns = [
    path("registrera", views.register, name="register"),
    path("nastan-klart", views.almost_done, name="almost_done"),
    path("ansokan", views.application, name="application"),
    path("ansokan/kod", views.type_code, name="type_code"),
    path("ansokan/skicka-igen", views.resend, name="resend"),
    path("ansokan/adress", views.change_address, name="change_address"),
    path("ansokan/tidigare-konto", earlier.earlier, name="earlier"),
    path("ansokan/tidigare-konto/kod", earlier.earlier_code, name="earlier_code"),
    path("ansokan/paminn", views.remind, name="remind"),
    path("ansokan/svara", views.answer, name="answer_question"),
    path("ansokan/ta-tillbaka", views.withdraw, name="withdraw"),
    path("ansokan/ny", views.apply, name="apply"),
    path("bekrafta/<str:token>", views.confirm, name="confirm"),
    path("bekraftad", views.confirmed, name="confirmed"),
]
