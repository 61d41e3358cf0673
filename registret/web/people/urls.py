from django.urls import path

from registret.web.people import access_times, substitutes, systems, views

urlpatterns = [
    path("personer", views.people, name="people"),
    path("personer.csv", views.people_csv, name="people_csv"),
    path("personer/<int:id>", views.person, name="person"),
    path("personer/<int:id>/sparra", views.suspend, name="suspend"),
    path("personer/<int:id>/hav", views.reinstate, name="reinstate"),
    path("personer/<int:id>/ta-over-sparren", views.take_over_suspension, name="take_over_suspension"),
    path("personer/vikarie", substitutes.propose, name="propose_substitute"),
    path("personer/vikarie/<int:id>/bekrafta", substitutes.confirm, name="confirm_substitute"),
    path("personer/vikarie/<int:id>/avsla", substitutes.decline, name="decline_substitute"),
    path("personer/vikarie/<int:id>/ta-tillbaka", substitutes.withdraw, name="withdraw_substitute"),
    path("personer/system", systems.systems, name="systems"),
    path("personer/system/<int:id>/bekrafta", systems.confirm, name="confirm_system"),
    path("personer/system/<int:id>/ta-bort", systems.remove, name="remove_system_key"),
    path("personer/vantetid", access_times.access_time, name="access_time"),
    path("behorighet/<int:id>", views.change, name="change_grant"),
    path("behorighet/<int:id>/aterkalla", views.revoke, name="revoke_grant"),
]
