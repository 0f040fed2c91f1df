"""PREMIS 3 documents of a package and of its representations.

The package's document has the intellectual entity, its representations, the events, the agents and
the rights; a representation's document has its files.
"""

from preservation.standards.premis.document import PremisDocument, agent_identifier
from preservation.standards.premis.reading import read
from preservation.standards.premis.writing import write_package, write_representation

__all__ = ["PremisDocument", "agent_identifier", "read", "write_package", "write_representation"]
