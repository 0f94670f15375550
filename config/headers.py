"""Headers of every answer that neither Django's security middleware nor the content policy sets."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

Next = Callable[[HttpRequest], HttpResponse]
UNUSED = (
    "accelerometer", "camera", "display-capture", "geolocation", "gyroscope", "magnetometer", "microphone",
    "midi", "payment", "publickey-credentials-get", "usb",
)  # fmt: skip
"""What browsers can do and no page here asks for. Films may fill the screen, and play by themselves where a reader wants it."""
PERMISSIONS = ", ".join(f"{name}=()" for name in UNUSED)


class PageHeaders:
    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS)
        return response
