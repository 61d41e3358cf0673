from django.urls import path

from registret.web.logbook import review_views, views

urlpatterns = [
    path("loggen", views.logbook, name="logbook"),
    path("loggen/oppna", views.open_up, name="log_open"),
    path("loggen/exportera", views.export, name="log_export"),
    path("loggen/granskningar", review_views.reviews, name="reviews"),
    path("loggen/granskningar/stickprov", review_views.new_sample, name="review_sample"),
    path("loggen/granskningar/riktad", review_views.new_directed, name="review_directed"),
    path("loggen/granskningar/<int:review_id>", review_views.review, name="review"),
    path("loggen/granskningar/<int:review_id>/bedom", review_views.judge, name="review_judge"),
    path("loggen/granskningar/<int:review_id>/avsluta", review_views.close, name="review_close"),
    path("loggen/granskningar/<int:review_id>/ta", review_views.take, name="review_take"),
]
