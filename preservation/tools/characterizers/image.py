"""Raster images, characterized from their headers with Pillow; no pixel is decoded."""

import math
import warnings
from collections.abc import Sequence

from preservation.model.formats import Format
from preservation.tools.characterizers.extraction import Extractor, damage
from preservation.tools.process import Json
from preservation.tools.tool import media_types

_MEMORY = 1 << 30
READABLE = {
    "image/tiff": "TIFF",
    "image/jpeg": "JPEG",
    "image/png": "PNG",
    "image/gif": "GIF",
    "image/bmp": "BMP",
    "image/jp2": "JPEG2000",
    "image/webp": "WEBP",
}


def describe(items: Sequence[Json]) -> Json:
    """Run in the worker: facts of each path; versions for an item that is None."""
    import PIL.Image  # noqa: PLC0415 - heavy, for the worker only

    # Of no concern where nothing is decoded, and only in this process.
    PIL.Image.MAX_IMAGE_PIXELS = None
    if items == [None]:
        return [[PIL.__version__, "headers only"]]
    return [_describe(path) for path in items]


def _describe(path: str) -> Json:
    import PIL.Image  # noqa: PLC0415 - as above

    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        try:
            with PIL.Image.open(path, formats=tuple(READABLE.values())) as image:
                facts = [
                    ("width", str(image.width)),
                    ("height", str(image.height)),
                    ("mode", image.mode),
                ]
                facts += _resolution(image.info.get("dpi"))
                if "compression" in image.info:
                    facts.append(("compression", str(image.info["compression"])))
                if image.format == "TIFF":
                    facts.append(("pages", str(getattr(image, "n_frames", 1))))
        except PIL.UnidentifiedImageError:
            return "the header cannot be read"
        except MemoryError:
            raise
        except Exception as error:  # its readers raise anything
            return f"the header cannot be read: {type(error).__name__}: {error}".replace(path, "")
    return [facts + damage(list(dict.fromkeys(str(w.message) for w in told))), []]


def _resolution(dpi: Json) -> list[tuple[str, str]]:
    """Dots per inch across and down, where the header has sensible ones."""
    try:
        across, down = (float(number) for number in dpi)
    except (TypeError, ValueError, ZeroDivisionError):
        return []
    if not (math.isfinite(across) and math.isfinite(down) and across > 0 and down > 0):
        return []
    return [("dpi", f"{round(across, 2):g} x {round(down, 2):g}")]


class Image(Extractor):
    """Size, mode, resolution, compression and pages of raster images.

    Facts: `width` and `height` in pixels, `mode` (Pillow's name of the colour model), `dpi`,
    `compression`, `pages` (TIFF), `damage` (what Pillow warned of). Close it (or use `with`).
    """

    def __init__(self, *, patience: float = 60) -> None:
        """Start nothing yet; `patience` in seconds a batch, beyond the time for its size."""
        super().__init__("Pillow", describe, patience=patience, memory=_MEMORY)

    def handles(self, format: Format) -> bool:
        """The common raster formats."""
        return not media_types(format).isdisjoint(READABLE)
