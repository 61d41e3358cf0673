from django.urls import path

from registret.web.incidents import views

urlpatterns = [
    path("kansliet/incidenter", views.register, name="incidents"),
    path("kansliet/incidenter/ny", views.new, name="incident_new"),
    path("kansliet/incidenter/exportera", views.export, name="incidents_export"),
    path("kansliet/incidenter/<int:number>", views.incident, name="incident"),
    path("kansliet/incidenter/<int:number>/andra", views.change, name="incident_change"),
]
