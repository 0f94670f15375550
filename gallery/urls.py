from django.urls import path

from gallery import report_pages, views

urlpatterns = [
    path("api/v1/reports", report_pages.Reports.as_view(), name="api-reports"),
    path("<slug:tier>/report/<uuid:scene_id>", report_pages.report, name="report"),
    path("<slug:tier>/gallery/", views.gallery, name="gallery"),
    path("<slug:tier>/gallery/<uuid:story_id>/", views.reader, name="gallery-story"),
    path("<slug:tier>/gallery/<uuid:story_id>/publication", views.change_publication, name="gallery-publication"),
    path("<slug:tier>/gallery/<uuid:story_id>/<uuid:scene_id>/", views.reader, name="gallery-page"),
]
