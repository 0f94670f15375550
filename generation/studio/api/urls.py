from django.urls import path

from generation.studio.api import compatible, generate, uploads

urlpatterns = [
    path("generate/text", generate.GenerateText.as_view(), name="api-generate-text"),
    path("generate/image", generate.GenerateImage.as_view(), name="api-generate-image"),
    path("generate/video", generate.GenerateVideo.as_view(), name="api-generate-video"),
    path("generate/<str:kind>/<uuid:piece_id>/status", generate.GenerateStatus.as_view(), name="api-generate-status"),
    path("image/generate", compatible.ImageGenerate.as_view(), name="api-image-generate"),
    path("video/generate", compatible.VideoGenerate.as_view(), name="api-video-generate"),
    path("api/v1/uploads", uploads.Uploads.as_view(), name="api-uploads"),
    path("api/v1/uploads/<uuid:upload_id>", uploads.UploadDetail.as_view(), name="api-upload"),
]
