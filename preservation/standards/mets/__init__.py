"""METS documents of an AIP and of its representations (METS 1.12.1, CSIP 2.2.0, AIP 2.2.0)."""

from preservation.standards.mets.document import (
    FileGroup,
    FileRef,
    Kind,
    MetadataRef,
    Mets,
    RepresentationRef,
)
from preservation.standards.mets.reading import read
from preservation.standards.mets.writing import write

__all__ = [
    "FileGroup",
    "FileRef",
    "Kind",
    "MetadataRef",
    "Mets",
    "RepresentationRef",
    "read",
    "write",
]
