"""Routes in the form of others."""

from __future__ import annotations

from django.urls import path

from generation.studio.dialects.openai import chat, images, models, speech, views

urlpatterns = [
    path("v1/models", models.Models.as_view(), name="openai-models"),
    path("v1/models/<path:name>", models.Model.as_view(), name="openai-model"),
    path("v1/chat/completions", chat.ChatCompletions.as_view(), name="openai-chat"),
    path("v1/images/generations", images.ImageGenerations.as_view(), name="openai-images"),
    path("v1/images/edits", images.ImageEdits.as_view(), name="openai-image-edits"),
    path("v1/audio/speech", speech.Speech.as_view(), name="openai-speech"),
    path("v1/", views.UnknownAddress.as_view(), name="openai-unknown"),
    path("v1/<path:rest>", views.UnknownAddress.as_view(), name="openai-unknown"),
]
