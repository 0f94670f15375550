"""All websocket routes."""

from django.urls import path

from generation.live import ProgressConsumer
from stories.sockets import StoryConsumer

websocket_urlpatterns = [
    path("ws/progress/<uuid:target>", ProgressConsumer.as_asgi()),
    path("ws/story/<uuid:target>", StoryConsumer.as_asgi()),
]
