"""Parts of ZIP packages in XML, read within bounds; used inside workers only."""

import zipfile

from lxml import etree

_PART_MAX = 16 << 20


def document(package: zipfile.ZipFile, name: str) -> "etree._Element | str":
    """The root of a part, or why there is none; nothing outside of it is ever read."""
    if name not in package.NameToInfo:
        return f"{name} is missing"
    if package.getinfo(name).file_size > _PART_MAX:
        return f"{name} has more than {_PART_MAX} octets"
    parser = etree.XMLParser(resolve_entities=False, load_dtd=False, no_network=True)
    try:
        return etree.fromstring(package.read(name), parser)
    except etree.XMLSyntaxError as error:
        return f"{name} is not well-formed: {error.msg}"
    except (NotImplementedError, RuntimeError) as error:
        return f"{name} cannot be read: {error}"
