"""Raster images, decoded whole with Pillow: every frame, every pixel."""

import re
import warnings
from collections.abc import Sequence
from typing import ClassVar

from preservation.tools.characterizers.image import READABLE
from preservation.tools.process import Json
from preservation.tools.tool import each
from preservation.tools.validators.judge import Judge, faulty, sound

_MEMORY = 3 << 30
_PIXELS_MAX = 400_000_000
_FRAMES_MAX = 10_000
_DAMAGE = re.compile(
    r"truncated|broken|corrupt|damaged|bad |invalid|decoder error -2|unexpected end|"
    r"not enough|premature|EOF|CRC|failed to read",
    re.IGNORECASE,
)
"""Words by which Pillow and its libraries speak of a fault of the file, and not of their limits."""
_LIMITS = re.compile(r"not supported|unsupported|not available|cannot load|unknown", re.IGNORECASE)


def judge(items: Sequence[Json]) -> Json:
    """Run in the worker: a verdict for each path; versions for an item that is None."""
    import PIL.Image  # noqa: PLC0415 - heavy, for the worker only

    # What is too large is counted below, frame by frame, and said in our words.
    PIL.Image.MAX_IMAGE_PIXELS = None
    if items == [None]:
        return [[PIL.__version__, f"all pixels decoded, up to {_PIXELS_MAX} a frame"]]
    return each(_judge, items)


def _judge(path: str) -> Json:
    import PIL.Image  # noqa: PLC0415 - as above

    with open(path, "rb") as file, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            with PIL.Image.open(file, formats=tuple(READABLE.values())) as image:
                return _decoded(image)
        except PIL.UnidentifiedImageError:
            return "it does not begin as an image of a kind that can be decoded"
        except MemoryError:
            raise
        except Exception as error:  # its readers raise anything
            return _blamed(error)


def _decoded(image: Json) -> Json:
    frames = getattr(image, "n_frames", 1)
    if frames > _FRAMES_MAX:
        return f"it has {frames} frames, and at most {_FRAMES_MAX} are decoded"
    for number in range(frames):
        if frames > 1:
            image.seek(number)
        pixels = image.width * image.height
        if pixels > _PIXELS_MAX:
            return f"it has {pixels} pixels, and at most {_PIXELS_MAX} are decoded"
        image.load()
    return sound()


def _blamed(error: Exception) -> Json:
    """A fault where the words are of one; else nobody knows, and it is not the file's."""
    words = f"{error}" or type(error).__name__
    if _DAMAGE.search(words) and not _LIMITS.search(words):
        return faulty([words])
    if isinstance(error, (SyntaxError, EOFError)) and not _LIMITS.search(words):
        return faulty([words])
    return f"it cannot be decoded: {type(error).__name__}: {words}"


class Image(Judge):
    """Whether all pixels of an image can be decoded, which is what well-formed means here."""

    TYPES: ClassVar[frozenset[str]] = frozenset(READABLE)
    EXTENSIONS: ClassVar[frozenset[str]] = frozenset(
        {"tif", "tiff", "jpg", "jpeg", "png", "gif", "bmp", "jp2", "webp"}
    )

    def __init__(self, *, patience: float = 60) -> None:
        """Start nothing yet; `patience` in seconds a batch, beyond the time for its size."""
        super().__init__("Pillow", judge, patience=patience, memory=_MEMORY)

    @property
    def against(self) -> str:
        """What decoding needs."""
        return "an image that can be decoded whole"
