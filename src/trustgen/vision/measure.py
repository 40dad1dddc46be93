"""A picture to what is there: things with shape, colour, size and place, a person, where a word is, the ground.

Nothing is learned: parts that differ from a plain ground, the nearest colour in Lab, templates of the shapes. A picture
that is none of these is refused with a reason, and a part that is no thing of the world is told as unknown. How often
all of this is wrong was measured (`trustgen.vision.error`).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from trustgen.core import Unusable

from .colour import Floats, lab, nearest
from .fit import fitted
from .layout import Box
from .parts import Labels, Part, parts_of, runs_of
from .people import in_daylight, is_figure, light_of, presentation_of, role_of, tone_of
from .render import LEAST_SIDE, Pixels
from .seen import Seen, Somebody, Spotted
from .world import COLOURS, PAINT, SIZES, WORD_HEIGHT

_FINEST = 192  # a finer picture is averaged down: nothing in it is so small
_CONTRAST = 36.0  # in RGB: what differs from the ground by less is ground
_FAINT = 7.0  # what differs by more than this and less than that is there, and nobody can say what it is
_PLAIN = 12.0  # how far half of the edge's pixels may be from its median
_GROUND = 9.0  # ΔE to a known background; two of them are 18 apart
_MOST_RUNS = 12  # for each row: more is noise or a photograph
_SPECK = 0.003  # of the picture: what covers less is no thing
_STRANGE = 20.0  # ΔE to a known colour, two of which are 32 apart
_THIN = 2.5  # what is blurred or thin may be so many times farther from a mixture, in RGB
_UNLIKE = 0.6  # intersection over union with the best shape
_ALIKE = 0.02  # two shapes whose unions differ by less are not told apart
_EVEN = 10.0  # in RGB: the inside of a thing of one colour


def measure(pixels: Pixels) -> Seen:
    """What a picture shows; refused, with the reason, where it is none that this can measure."""
    try:
        return _measured(_square(pixels))
    except Unusable as error:
        return Seen(refused=str(error))


def _square(pixels: Pixels) -> Floats:
    rows, columns = pixels.shape[:2]
    if rows != columns or rows < LEAST_SIDE:
        raise Unusable(f"{columns} × {rows} pixels are no square of at least {LEAST_SIDE}")
    step = -(-rows // _FINEST)
    if step == 1:
        return pixels.astype(np.float32)
    side = rows // step
    cut = pixels[: side * step, : side * step].astype(np.float32)
    return np.asarray(cut.reshape(side, step, side, step, 3).mean(axis=(1, 3)))


def _ground(image: Floats) -> tuple[Floats, float]:
    """The colour of the edge, and how far its pixels are from it: most of them must be alike."""
    edge = np.concatenate([image[0], image[-1], image[1:-1, 0], image[1:-1, -1]])
    colour = np.median(edge, axis=0)
    spread = float(np.median(np.abs(edge - colour).max(axis=1)))
    if spread > _PLAIN:
        raise Unusable("its edge is not of one colour: no plain background")
    return colour, spread


def _cut(image: Floats, ground: Floats, spread: float) -> tuple[Labels, list[Part]]:
    """What differs from the ground, in parts that are large enough to be something.

    What differs a little is refused: else a picture that fades away would be one of nothing.
    """
    far = np.sqrt(((image - ground) ** 2).sum(axis=2))
    other = far > max(_CONTRAST, 3.5 * spread)
    runs = runs_of(other)
    if len(runs) > _MOST_RUNS * len(image) or other.mean() > 0.75:
        raise Unusable("it is not a few things on a plain background")
    labels, parts = parts_of(other, runs)
    faint = (far > max(_FAINT, 4 * spread)) & ~_grown(_grown(_grown(other)))
    for part in parts:
        faint[_exactly(part)] = False  # a face may be nearly of the ground's colour
    # Only its inside: what a JPEG leaves around things is thin.
    if (faint & ~_grown(~faint)).mean() > max(_SPECK, other.mean() / 4):
        raise Unusable("something in it is too faint to be told from the background")
    return labels, [part for part in parts if part.area >= _SPECK * image.shape[0] ** 2]


def _measured(image: Floats) -> Seen:
    side = len(image)
    ground, spread = _ground(image)
    labels, parts = _cut(image, ground, spread)
    figures = [part for part in parts if is_figure(part.height / side, part.width / side)]
    person = None
    if len(figures) == 1:
        light = light_of(image[_exactly(figures[0])])
        if light is not None and not _neutral(light, ground):
            image, ground = in_daylight(image, light).astype(np.float32), in_daylight(ground, light)
        person = _somebody(image[_exactly(figures[0])], _box(figures[0], side)) if light is not None else None
    background, apart = nearest(lab(ground), "backgrounds")
    if apart > _GROUND:
        raise Unusable(f"its background is no known one: the nearest is {background}")
    things: list[Spotted] = []
    unknown: list[Box] = []
    ink: list[Box] = []
    for part in parts:
        # Eyes and a mouth in a face that is nearly of the ground's colour are parts of their own, and the figure's.
        if person and _inside(part, figures[0]):
            continue
        spotted = _spotted(image, labels, part, ground)
        if isinstance(spotted, Spotted):
            things.append(spotted)
        else:
            (ink if spotted else unknown).append(_box(part, side))
    word = _around(ink)
    if word and word.height > 1.6 * WORD_HEIGHT:
        unknown, word = [*unknown, word], None
    return Seen(tuple(things), person, word, background, tuple(unknown))


def _neutral(light: Floats, ground: Floats) -> bool:
    """Whether the ground is one that is known as it is, and the collar is white but for its edges."""
    return bool(light.min() > 0.6) and nearest(lab(ground), "backgrounds")[1] < 3


def _somebody(figure: Floats, box: Box) -> Somebody:
    tone, ita = tone_of(figure)
    return Somebody(role_of(figure), tone, presentation_of(figure), box, ita)


def _inside(part: Part, other: Part) -> bool:
    return other.top <= part.top < part.bottom <= other.bottom and other.left <= part.left < part.right <= other.right


def _exactly(part: Part) -> tuple[slice, slice]:
    return slice(part.top, part.bottom), slice(part.left, part.right)


def _box(part: Part, side: int) -> Box:
    return Box(
        (part.left + part.right) / 2 / side, (part.top + part.bottom) / 2 / side, part.width / side, part.height / side
    )


def _around(boxes: list[Box]) -> Box | None:
    """The box of what a word's letters cover."""
    if not boxes:
        return None
    left, top = (min(getattr(b, at) - getattr(b, size) / 2 for b in boxes) for at, size in _AXES)
    right, bottom = (max(getattr(b, at) + getattr(b, size) / 2 for b in boxes) for at, size in _AXES)
    return Box((left + right) / 2, (top + bottom) / 2, right - left, bottom - top)


_AXES = (("x", "width"), ("y", "height"))


def _spotted(image: Floats, labels: Labels, part: Part, ground: Floats) -> Spotted | bool:
    """The thing that a part is; True for ink, which is a word's, and False for what is unknown."""
    window = part.window
    own = labels[window] == part.label
    patch = image[window] - ground
    name, paint, apart = _coloured(patch, own, ground)
    if name == "ink":
        return True
    # Coverage, from the part and the pixels around it: an edge is a mixture of the two colours.
    around = _grown(own) & ((labels[window] == 0) | own)
    cover = np.clip(patch @ paint / float(paint @ paint), 0, 1) * around
    if cover.sum() < 1:
        return False  # what is on the other side of the ground is no mixture with any colour
    fit = fitted(cover.astype(np.float32), len(image))
    side = len(image)
    size = min(SIZES, key=lambda one: abs(np.log(fit.span / side / SIZES[one])))
    if (
        min(fit.union - _UNLIKE, fit.lead - _ALIKE) < 0
        or apart > _STRANGE
        or abs(np.log(fit.span / side / SIZES[size])) > 0.4
    ):
        return False
    x, y = (window[1].start + fit.column) / side, (window[0].start + fit.row) / side
    return Spotted(fit.shape, name, size, Box(x, y, fit.span / side, fit.span / side), fit.union, apart)


_PAINTS = {**COLOURS, "ink": PAINT["ink"]}


def _coloured(patch: Floats, own: NDArray[Any], ground: Floats) -> tuple[str, Floats, float]:
    """The colour of a part: its name, its difference from the ground in RGB, and how far it is from the named one.

    What is thick has an inside, whose median is compared in Lab. What is thin is all edge, half ground everywhere: its
    colour is the one whose mixtures with the ground its pixels are.
    """
    inside = patch[own & ~_grown(~own, corners=False)]
    slack = _THIN
    if len(inside) >= 3:
        middle = np.median(inside, axis=0)
        if float(np.median(np.abs(inside - middle).max(axis=1))) <= _EVEN:
            name, apart = nearest(lab(middle + ground), "objects")
            if apart <= _STRANGE:
                return name, middle, apart
            slack = 1.0  # of one colour that is not known: half-covered strokes are, and then are mixtures to the unit
    paints = np.array(list(_PAINTS.values()), dtype=np.float32) - ground
    pixels = patch[own]
    share = np.clip(pixels @ paints.T / (paints**2).sum(axis=1), 0, 1)
    left = ((pixels[:, None, :] - share[:, :, None] * paints) ** 2).sum(axis=2).mean(axis=0)
    at = int(left.argmin())
    return tuple(_PAINTS)[at], paints[at], float(left[at]) ** 0.5 / slack


def _grown(mask: NDArray[Any], *, corners: bool = True) -> NDArray[Any]:
    """A mask and the pixels beside it."""
    wide, high = mask.copy(), mask.copy()
    wide[:, 1:] |= mask[:, :-1]
    wide[:, :-1] |= mask[:, 1:]
    high = wide.copy() if corners else high
    base = wide if corners else mask
    high[1:] |= base[:-1]
    high[:-1] |= base[1:]
    return high if corners else wide | high
