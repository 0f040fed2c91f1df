"""Terms of the E-ARK specifications (CSIP 2.2.0, AIP 2.2.0) that METS documents use."""

AIP_PROFILE = "https://earkdip.dilcis.eu/profile/E-ARK-AIP-v2-2-0.xml"
"""The METS profile of an AIP (AIPM2); the specification prints it under this host."""

CSIP = "https://DILCIS.eu/XML/METS/CSIPExtensionMETS"
SIP = "https://DILCIS.eu/XML/METS/SIPExtensionMETS"
"""Namespaces of the attributes that CSIP and SIP add to METS."""

DOCUMENTATION = "Documentation"
SCHEMAS = "Schemas"
METADATA = "Metadata"
REPRESENTATIONS = "Representations"
SUBMISSION = "Submission"
"""Uses of file groups and labels of divisions; `Submission` is ours, for the folder `submission`.

CSIP 5.3.6 gives each folder of one's own a division of its own.
"""

OTHER = "OTHER"

CONTENT_CATEGORIES = frozenset(
    {
        "Textual works \u2013 Print",
        "Textual works \u2013 Digital",
        "Textual works \u2013 Electronic Serials",
        "Digital Musical Composition (score-based representations)",
        "Musical Scores - Print",
        "Musical Scores - Digital",
        "Photographs \u2013 Print",
        "Photographs \u2013 Digital",
        "Other Graphic Images \u2013 Print",
        "Other Graphic Images \u2013 Digital",
        "Microforms",
        "Audio \u2013 On Tangible Medium (digital or analog)",
        "Audio \u2013 Media-independent (digital)",
        "Motion Pictures \u2013 Digital and Physical Media",
        "Video \u2013 File-based and Physical Media",
        "Software",
        "Software and Video Games",
        "Email",
        "Datasets",
        "Geospatial Data",
        "Geographic Information System (GIS) - Vector Data",
        "GIS Raster and Georeferenced Images",
        "GIS Vector and Raster Combined",
        "Non-GIS Cartographic",
        "2D and 3D Computer Aided Design",
        "Design (schematics, architectural drawings) - Print",
        "Scanned 3D Objects (output from photogrammetry scanning)",
        "Databases",
        "Websites",
        "Web Archives",
        "Collection",
        "Event",
        "Image",
        "Interactive resource",
        "Moving image",
        "Sound",
        "Still image",
        "Text",
        "Physical object",
        "Service",
        "Mixed",
        "Other",
    }
)
"""Values of mets/@TYPE (CSIP2); any other category is TYPE `OTHER` and csip:OTHERTYPE."""

CONTENT_INFORMATION_TYPES = frozenset(
    {
        "ERMS",
        "SIARD1",
        "SIARD2",
        "SIARDDK",
        "GeoData",
        "citserms_v2_1",
        "citserms_v3_0",
        "citspremis_v1_0",
        "cspremis_v1_0",
        "citsehpj_v1_0",
        "citsehpj_v2_0",
        "citsehcr_v1_0",
        "citssiard_v1_0",
        "citsgeospatial_v3_0",
        "cits3dpm_v1_0",
        "MIXED",
    }
)
"""Values of csip:CONTENTINFORMATIONTYPE (CSIP4); another is `OTHER` and named beside it.

The terms for archival information are spelt differently in the vocabulary and in the
schema, so they are left out: they are valid under one of the two only.
"""

METADATA_TYPES = frozenset(
    {
        "MARC",
        "MODS",
        "EAD",
        "DC",
        "NISOIMG",
        "LC-AV",
        "VRA",
        "TEIHDR",
        "DDI",
        "FGDC",
        "LOM",
        "PREMIS",
        "PREMIS:OBJECT",
        "PREMIS:AGENT",
        "PREMIS:RIGHTS",
        "PREMIS:EVENT",
        "TEXTMD",
        "METSRIGHTS",
        "ISO 19115:2003 NAP",
        "EAC-CPF",
        "LIDO",
    }
)
"""Values of MDTYPE in METS 1.12.1 (CSIP25, CSIP39); another is `OTHER` and OTHERMDTYPE."""


def content_use(representation: str) -> str:
    """The use of the file group that holds a representation's content (CSIP64, CSIP114)."""
    return f"{REPRESENTATIONS}/{representation}/data"


def representation_use(representation: str) -> str:
    """The use of the file group, and label of the division, of a representation (CSIP107)."""
    return f"{REPRESENTATIONS}/{representation}"
