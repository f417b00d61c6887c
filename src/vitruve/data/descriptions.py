"""What the parts of the body do in each action, in words: for training with text. Written for this project."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from vitruve.errors import OptionError

PARTS = ("head", "hand", "arm", "hip", "leg", "foot")


@dataclass(frozen=True)
class ActionText:
    """Names of an action, the usual one first, and what each of `PARTS` does in it."""

    names: tuple[str, ...]
    parts: tuple[str, ...]

    def __post_init__(self) -> None:
        if not self.names or len(self.parts) not in (0, len(PARTS)):
            raise OptionError(f"text of an action: expected a name, and nothing or {len(PARTS)} parts ({', '.join(PARTS)}); found {len(self.parts)}")

    @property
    def fields(self) -> tuple[str, ...]:
        """Name and parts as the seven fields of a description table."""
        return (self.names[0], *(f"{part}: {text}" for part, text in zip(PARTS, self.parts)))


def _text(names: str, *parts: str) -> ActionText:
    return ActionText(tuple(names.split(", ")), parts)


_TEXTS = (
    _text(
        "pick up with one hand, lift something with one hand",
        "bows toward the object on the floor",
        "one hand reaches down, closes around the object and comes up with it",
        "one arm stretches to the floor, the other hangs or balances",
        "folds forward and straightens again",
        "knees bend while reaching and straighten while rising",
        "both stay planted",
    ),
    _text(
        "pick up with two hands, lift something with both hands",
        "bows toward the object on the floor",
        "both hands go down together, hold the object from two sides and raise it",
        "both arms stretch down side by side and rise together",
        "folds deeply forward and straightens again",
        "knees bend more deeply and push the body up",
        "both stay planted, apart",
    ),
    _text(
        "drop trash, throw litter away",
        "turns a little toward where the thing falls",
        "one hand opens and lets something go",
        "one forearm reaches out at waist height and falls back",
        "stays upright",
        "stand or take a short step",
        "stay flat on the floor",
    ),
    _text(
        "walk around, stroll about",
        "looks ahead and turns with the path",
        "swing loosely at the sides",
        "swing against the legs",
        "travels forward and turns",
        "step in turn, one after the other",
        "leave the floor in turn and roll from heel to toe",
    ),
    _text(
        "sit down, take a seat",
        "leans forward, then comes to rest lower than before",
        "come to rest on the thighs or hold the seat",
        "reach forward for balance",
        "moves backward and down until it rests",
        "bend at the knees until the thighs lie flat",
        "stay in front of the seat",
    ),
    _text(
        "stand up, get up from a seat",
        "leans forward, then rises",
        "push off the thighs or the seat",
        "swing forward and fall to the sides",
        "leaves the seat and comes up under the shoulders",
        "stretch from bent to straight",
        "press into the floor",
    ),
    _text(
        "donning, put on a jacket",
        "bends and turns to find the sleeve",
        "hold the cloth and slip through the sleeves, one after the other",
        "reach back and up one after the other, then pull forward",
        "sways from side to side",
        "stand still with small shifts of weight",
        "stay in place",
    ),
    _text(
        "doffing, take off a jacket",
        "turns over the shoulder",
        "pull the cloth off, one sleeve after the other",
        "draw backward out of the sleeves, one after the other",
        "sways from side to side",
        "stand still with small shifts of weight",
        "stay in place",
    ),
    _text(
        "throw, hurl an object",
        "faces the target",
        "one hand comes over the shoulder and opens at full reach",
        "one arm draws back and whips forward",
        "twists back and then toward the target",
        "one leg steps ahead as weight moves onto it",
        "the rear foot lifts its heel, the front foot lands",
    ),
    _text(
        "carry, bear an object while walking",
        "looks ahead over the load",
        "both hold the load before the body",
        "stay bent and do not swing",
        "moves ahead steadily",
        "step in turn with short strides",
        "roll from heel to toe under the load",
    ),
)

BY_NAME = {text.names[0]: text for text in _TEXTS}
"""Texts of the ten actions of NW-UCLA, by their names."""


def action_texts(classes: Sequence[str]) -> tuple[ActionText, ...]:
    """The text of each class; of a class that is not described here just its name.

    >>> [t.names[0] for t in action_texts(["sit_down", "juggle"])]
    ['sit down', 'juggle']
    """
    plain = [c.replace("_", " ").strip().lower() for c in classes]
    return tuple(BY_NAME.get(c) or ActionText((c,), ()) for c in plain)
