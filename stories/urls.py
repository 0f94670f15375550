from django.urls import path

from stories import api, views

urlpatterns = [
    path("", views.landing, name="landing"),
    path("<slug:tier>/", views.tier_home, name="tier-home"),
    path("<slug:tier>/story/start", views.start, name="story-start"),
    path("<slug:tier>/story/scene/<uuid:scene_id>", views.scene, name="scene"),
    path("<slug:tier>/story/scene/<uuid:scene_id>/retry", views.retry_scene, name="scene-retry"),
    path("<slug:tier>/story/choose/<uuid:scene_id>/<uuid:choice_id>", views.choose, name="choose"),
    path("<slug:tier>/story/custom-choice/<uuid:scene_id>", views.custom_choice, name="custom-choice"),
    path("<slug:tier>/story/continue/<uuid:scene_id>", views.keep_going, name="keep-going"),
    path("<slug:tier>/story/wrap-up/<uuid:scene_id>", views.wrap_up, name="wrap-up"),
    path("<slug:tier>/story/back", views.back, name="back"),
    path("<slug:tier>/story/tree", views.tree, name="tree"),
    path("<slug:tier>/story/navigate/<uuid:scene_id>", views.navigate, name="navigate"),
    path("<slug:tier>/story/resume", views.resume, name="resume"),
    path("<slug:tier>/story/status/<uuid:scene_id>", api.SceneStatus.as_view(), name="scene-status"),
    path("<slug:tier>/story/image/<uuid:scene_id>", api.ImageStatus.as_view(), name="scene-image"),
    path("<slug:tier>/story/image/<uuid:scene_id>/retry", api.ImageRetry.as_view(), name="scene-image-retry"),
    path("<slug:tier>/story/image/<uuid:scene_id>/file", views.image_file, name="scene-image-file"),
    path("<slug:tier>/story/video/<uuid:scene_id>", api.VideoStatus.as_view(), name="scene-video"),
    path("<slug:tier>/story/video/<uuid:scene_id>/retry", api.VideoRetry.as_view(), name="scene-video-retry"),
    path("<slug:tier>/story/video/<uuid:scene_id>/file", views.video_file, name="scene-video-file"),
    path("<slug:tier>/story/plate/<uuid:scene_id>/retry", views.retry_plate, name="plate-retry"),
]
