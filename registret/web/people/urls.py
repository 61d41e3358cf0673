from django.urls import path

from registret.web.people import views

urlpatterns = [
    path("personer", views.people, name="people"),
    path("personer.csv", views.people_csv, name="people_csv"),
    path("personer/<int:id>", views.person, name="person"),
    path("personer/<int:id>/sparra", views.suspend, name="suspend"),
    path("personer/<int:id>/hav", views.reinstate, name="reinstate"),
    path("behorighet/<int:id>", views.change, name="change_grant"),
    path("behorighet/<int:id>/aterkalla", views.revoke, name="revoke_grant"),
]
