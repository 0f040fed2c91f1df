"""Raster images, characterized from their headers with Pillow; no pixel is decoded."""

import io
import math
import warnings
from collections.abc import Sequence

from preservation.model.formats import Format
from preservation.tools.characterizers.extraction import Extractor, damage
from preservation.tools.characterizers.photographs import photographed
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
                facts += _bits(image)
                facts += _profile(image.info.get("icc_profile"))
                exif, program = photographed(image)
                facts += exif
        except PIL.UnidentifiedImageError:
            return "the header cannot be read"
        except MemoryError:
            raise
        except Exception as error:  # its readers raise anything
            return f"the header cannot be read: {type(error).__name__}: {error}".replace(path, "")
    return [facts + damage(list(dict.fromkeys(str(w.message) for w in told))), [], program]


def _resolution(dpi: Json) -> list[tuple[str, str]]:
    """Dots per inch across and down, where the header has sensible ones."""
    try:
        across, down = (float(number) for number in dpi)
    except (TypeError, ValueError, ZeroDivisionError):
        return []
    if not (math.isfinite(across) and math.isfinite(down) and across > 0 and down > 0):
        return []
    return [("dpi", f"{round(across, 2):g} x {round(down, 2):g}")]


def _bits(image: Json) -> list[tuple[str, str]]:
    """Bits of each sample, where the header tells them."""
    bits = getattr(image, "tag_v2", {}).get(258)
    bits = tuple(dict.fromkeys(bits)) if isinstance(bits, tuple) else ()
    known = {"1": 1, "L": 8, "RGB": 8, "RGBA": 8, "CMYK": 8, "I;16": 16, "I;16B": 16}
    told = bits[0] if len(bits) == 1 else known.get(image.mode)
    return [("bits a sample", str(told))] if told else []


def _profile(icc: Json) -> list[tuple[str, str]]:
    """The name that an ICC profile has; that there is one where it cannot be read."""
    if not icc:
        return []
    from PIL import ImageCms  # noqa: PLC0415 - as above

    try:
        opened = ImageCms.ImageCmsProfile(io.BytesIO(icc))
        return [
            ("colour profile", ImageCms.getProfileDescription(opened).strip() or "without name")
        ]
    except (ImageCms.PyCMSError, OSError, ValueError):
        return [("colour profile", "cannot be read")]


class Image(Extractor):
    """Size, mode, resolution, compression and pages of raster images.

    Facts: `width` and `height` in pixels, `mode` (Pillow's name of the colour model), `dpi`,
    `compression`, `pages` (TIFF), `bits a sample`, `colour profile`, of photographs `taken`,
    `orientation` and `GPS position` (`yes`), `damage` (what Pillow warned of).
    """

    def __init__(self, *, patience: float = 60) -> None:
        """Start nothing yet; `patience` in seconds a batch, beyond the time for its size."""
        super().__init__("Pillow", describe, patience=patience, memory=_MEMORY)

    def handles(self, format: Format) -> bool:
        """The common raster formats."""
        return not media_types(format).isdisjoint(READABLE)
