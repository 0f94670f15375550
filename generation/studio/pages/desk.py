"""The desk at which a thing is made: what was said so far, which model it is said to, what that model can be told, and what
it would cost. A form is built from it, and a wish is read from it; nothing is bought here."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict

from accounts.models import User
from generation import catalogue
from generation.catalogue import Offer, Sheet
from generation.errors import CannotBuy, UnknownModel
from generation.models import AiModel
from generation.providers.capabilities import Capabilities
from generation.providers.contract import Kind
from generation.studio import earlier, narrative, wishes
from generation.studio.errors import WrongWish
from generation.studio.models import StudioPolicy
from generation.studio.narrative import Scene
from generation.studio.pages import controls
from generation.studio.pages.controls import Control, Mode
from generation.studio.pages.forms import PICTURES, ROWS, MakeForm
from generation.studio.pages.pictures import Picture
from generation.studio.wishes import Brought, Wish

ROLES = {"reference_images": "reference", "first_frame": "first_frame", "last_frame": "last_frame", "source": "source"}
SHOWN_AS = {
    "n": "count", "number_of_videos": "count", "width": "size", "height": "size", "inputs": "reference_images",
    "seconds": "duration", "duration_seconds": "duration", "image_size": "resolution", "audio": "generate_audio",
    "prompt_upsampling": "enhance_prompt",
}  # fmt: skip
"""Where on the form a field is, that was refused under another name."""
ANY_PROMPT = "…"
LONG_PROMPT = "…" * 1000


@dataclass(frozen=True, slots=True)
class Quote:
    """What would be held, in micro-units: None where that cannot be told; `is_least` where the words still to come may cost
    more."""

    micros: int | None
    is_least: bool = False


@dataclass(frozen=True, slots=True)
class Shown:
    """A control as it stands on the page."""

    control: Control
    value: str
    wrong: str
    pictures: Sequence[Picture] = ()

    @property
    def is_said(self) -> bool:
        """Whether a fold around it has to be open."""
        return bool(self.wrong or self.pictures or self.value)


@dataclass
class Desk:
    """`data` is what was said, as a form sends it. Runs under the tenant's scope."""

    kind: Kind
    user: User
    rules: StudioPolicy
    data: QueryDict
    pictures: dict[str, list[Picture]] = field(default_factory=dict)
    notices: list[str] = field(default_factory=list)
    status: int = 200

    def __post_init__(self) -> None:
        self.form = MakeForm(self.kind, self.data)
        self.form.is_valid()
        self.scenes: list[Scene] = self.form.scenes() if self.mode == Mode.TIMELINE else []
        self.wrong: dict[str, str] = {}
        self.offers: list[Offer] = catalogue.of_kind(catalogue.offers(None, self.user), self.kind)
        self.model = self._model()
        self.able: Capabilities | None = catalogue.capabilities(self.model) if self.model is not None else None
        self._put_aside()

    @property
    def mode(self) -> str:
        said = self.data.get("mode", "")
        return said if said in controls.MODE_WORDS else Mode.SINGLE

    @property
    def modes(self) -> list[dict[str, Any]]:
        """The ways of asking for a film, for the form; empty for the other kinds."""
        if self.kind is not Kind.VIDEO or self.able is None:
            return []
        return [
            {"value": mode, "label": controls.MODE_WORDS[mode][0], "hint": controls.MODE_WORDS[mode][1]}
            for mode in controls.modes_of(self.able)
        ]

    @property
    def sheets(self) -> list[Sheet]:
        return catalogue.sheet(self.offers, self.kind)

    @property
    def prompt(self) -> str:
        return self.data.get("prompt", "")

    @property
    def narrative(self) -> str:
        return str(self.form.cleaned_data.get("narrative") or "")

    @property
    def count(self) -> int:
        said = self.form.cleaned_data.get("count")
        return said if isinstance(said, int) and said > 0 else 1

    @property
    def scene_rows(self) -> list[dict[str, Any]]:
        """The scenes as they were typed, and empty rows after them."""
        lists = [self.data.getlist(name) for name in ("scene", "scene_seconds", "scene_instructions")]
        rows = [
            {
                name: values[place] if place < len(values) else ""
                for name, values in zip(("description", "seconds", "instructions"), lists, strict=True)
            }
            for place in range(min(len(lists[0]), narrative.MAX_SCENES))
        ]
        return rows + [{}] * (ROWS - len(rows))

    def controls(self) -> list[Shown]:
        """What the chosen model can be told, with what was said of it and what is wrong with that."""
        return [
            Shown(
                one,
                self.data.get(one.name, self._usual(one)),
                self.wrong.get(one.name, ""),
                self.pictures.get(one.name, ()),
            )
            for one in self._controls()
        ]

    def compose(self) -> str:
        """The narrative of a timeline, in the words that would be sent. Raises `WrongWish`."""
        if not self.scenes:
            raise WrongWish("scenes are missing: describe at least two.", field="scenes")
        if len(self.scenes) < 2:
            raise WrongWish(
                "scenes need a second one. For a single scene, choose one picture in motion.", field="scenes"
            )
        given = self.form.cleaned_data
        return narrative.narrative(
            prompt=given.get("prompt") or "", details=given.get("details") or "", scenes=self.scenes,
            instructions=given.get("instructions") or "", seconds=self._seconds(),
        )  # fmt: skip

    def read(
        self, prompt: str | None = None, *, is_whole: bool = True, is_meant: bool = False, is_preview: bool = False
    ) -> Wish:
        """The wish that was said; `prompt` stands in for the words where the form's own are not what is sent. Unless it
        `is_whole`, frames may still be missing; unless it `is_meant`, only its price is wanted. With `is_preview` it is the
        small one. Raises `CannotBuy`."""
        for name, problems in self.form.errors.items():
            raise WrongWish(str(problems[0]), field="" if name == "__all__" else name)
        given = self.form.given()
        settings: dict[str, Any] = {}
        if prompt is not None:
            given["prompt"] = prompt
        if is_preview:
            given["preview"] = True
        if self.kind is Kind.VIDEO:
            settings["mode"] = self.mode
            if self.mode == Mode.TIMELINE:
                settings |= self._timeline()
                if "duration" not in given and self._seconds() is not None:
                    given["duration"] = self._seconds()
            if self.mode == Mode.START_END and is_whole:
                self._refuse_half()
        if self.model is not None:
            given.setdefault("model", self.model.key)
        return wishes.read(
            self.kind, given, rules=self.rules, user=self.user, brought=self._brought(), settings=settings,
            is_meant=is_meant,
        )  # fmt: skip

    def quote(self) -> Quote:
        """The price on the button, which is what would be held. Until there are words it is the least."""
        try:
            return self._quote(is_preview=False) or Quote(None)
        except CannotBuy:
            return Quote(None)

    def preview(self) -> Quote | None:
        """The same for the small one; None where the model makes nothing smaller of what was said."""
        if self.kind not in (Kind.IMAGE, Kind.VIDEO):
            return None
        try:
            return self._quote(is_preview=True)
        except CannotBuy:
            return None

    def _quote(self, *, is_preview: bool) -> Quote | None:
        said = self.narrative if self.mode == Mode.TIMELINE else str(self.form.cleaned_data.get("prompt") or "")
        wish = self.read(said if said.strip() else ANY_PROMPT, is_whole=False, is_preview=is_preview)
        if is_preview and not wish.preview_of:
            return None
        if said.strip():
            return Quote(earlier.held(wish, user=self.user))
        most = self.read(LONG_PROMPT, is_whole=False, is_preview=is_preview).price_micros
        return Quote(wish.price_micros, most != wish.price_micros)

    def refuse(self, refused: CannotBuy) -> None:
        """Say on the form what is wrong, beside the field where it has one."""
        name = SHOWN_AS.get(refused.field, refused.field)
        labels = {one.name: one.label for one in self._controls()}
        sentence = str(refused)
        if name in labels and sentence.startswith(refused.field):
            sentence = labels[name] + sentence.removeprefix(refused.field)
        of_scenes = {"details", "instructions", "scenes"} if self.mode == Mode.TIMELINE else set()
        places = {*labels, "prompt", "model"} | of_scenes
        self.wrong[name if name in places else ""] = sentence[:1].upper() + sentence[1:]
        self.status = refused.status if refused.status in (402, 403, 409, 413, 503) else 422

    def refuse_pictures(self, refused: Sequence[CannotBuy]) -> None:
        for one in refused:
            self.refuse(one)

    def _model(self) -> AiModel | None:
        """The model that is named, or else the usual one that takes the pictures."""
        name = self.data.get("model", "").strip()
        try:
            chosen = catalogue.resolve(None, self.kind, name, user=self.user)
        except CannotBuy as refused:
            if name:
                self.wrong["model"] = str(refused)
            usual = catalogue.default(self.offers, self.kind)
            return usual.model if usual is not None else None
        if chosen.notice:
            self.notices.append(chosen.notice)
        needed = [ROLES[name] for name, pictures in self.pictures.items() if pictures]
        if not name and needed and not _takes(chosen.model, needed):
            return next((offer.model for offer in self.offers if _takes(offer.model, needed)), chosen.model)
        return chosen.model

    def _controls(self) -> list[Control]:
        if self.able is None or self.model is None:
            return []
        found = controls.controls(self.kind, self.able, mode=self.mode)
        if self.kind is Kind.IMAGE and catalogue.capabilities(self.model, Kind.EDIT) is not None:
            found.append(controls.source())
        return found

    def _put_aside(self) -> None:
        """Pictures that the model, or the mode, has no use for do not come along, and that is said."""
        known = {one.name for one in self._controls() if one.form == "pictures"}
        for name in [name for name, pictures in self.pictures.items() if pictures and name not in known]:
            del self.pictures[name]
            called = name.replace("_", " ")
            self.notices.append(f"This model takes no {called} here, so what you chose for it does not come along.")

    def _usual(self, control: Control) -> str:
        return "1" if control.name == "count" else ""

    def _brought(self) -> list[Brought]:
        return [
            Brought(ROLES[name], picture.source, name) for name in PICTURES for picture in self.pictures.get(name, ())
        ]

    def _refuse_half(self) -> None:
        for name, called in (("first_frame", "The first frame"), ("last_frame", "The last frame")):
            if not self.pictures.get(name):
                raise WrongWish(f"{called} is missing: choose a picture.", field=name)

    def _seconds(self) -> float | None:
        said = self.form.cleaned_data.get("duration")
        return float(said) if said is not None else narrative.total(self.scenes)

    def _timeline(self) -> dict[str, Any]:
        given = self.form.cleaned_data
        return {
            "about": given.get("prompt") or "",
            "details": given.get("details") or "",
            "instructions": given.get("instructions") or "",
            "scenes": [
                {"description": one.description, "instructions": one.instructions, "seconds": one.seconds}
                for one in self.scenes
            ],
        }


def said(values: Mapping[str, str | Sequence[str]]) -> QueryDict:
    """What a form would have sent with these values."""
    data = QueryDict(mutable=True)
    for name, value in values.items():
        data.setlist(name, [value] if isinstance(value, str) else list(value))
    return data


def no_model() -> UnknownModel:
    return UnknownModel("No model is available here at the moment. Staff have to grant one.", status=503)


def nonce_of(data: QueryDict) -> uuid.UUID:
    """The form's nonce, or a new one."""
    try:
        return uuid.UUID(data.get("nonce", ""))
    except ValueError:
        return uuid.uuid4()


def _takes(model: AiModel, roles: Sequence[str]) -> bool:
    able = catalogue.capabilities(model)
    return able is not None and wishes.takes_roles(able, roles)
