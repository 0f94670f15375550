from django.urls import path

from gallery import views

urlpatterns = [
    path("<slug:tier>/gallery/", views.gallery, name="gallery"),
    path("<slug:tier>/gallery/<uuid:story_id>/", views.reader, name="gallery-story"),
    path("<slug:tier>/gallery/<uuid:story_id>/publication", views.change_publication, name="gallery-publication"),
    path("<slug:tier>/gallery/<uuid:story_id>/<uuid:scene_id>/", views.reader, name="gallery-page"),
]
