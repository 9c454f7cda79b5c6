"""Read XML strictly: UTF-8, no document type, no entities, no processing instructions, no network."""

from __future__ import annotations

import re
from typing import Any

from lxml import etree  # type: ignore[import-untyped]

ASSERTION = "urn:oasis:names:tc:SAML:2.0:assertion"
PROTOCOL = "urn:oasis:names:tc:SAML:2.0:protocol"
METADATA = "urn:oasis:names:tc:SAML:2.0:metadata"
SIGNATURE = "http://www.w3.org/2000/09/xmldsig#"
NAMESPACES = {"saml": ASSERTION, "samlp": PROTOCOL, "md": METADATA, "ds": SIGNATURE}
# Found before anything is parsed, so that no parser has to be trusted with it.
_DECLARATION = re.compile(rb"<!(DOCTYPE|ENTITY|ELEMENT|ATTLIST|NOTATION)", re.IGNORECASE).search


class BadXml(ValueError):
    """The document is not XML, or has what a signed document has no business with."""


def parser() -> Any:
    """Make a parser that takes the bytes for UTF-8, whatever they say of themselves."""
    return etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        attribute_defaults=False,
        huge_tree=False,
    )


def read_xml(raw: bytes) -> Any:
    """Parse a document and give its root; BadXml says why not."""
    if _DECLARATION(raw):
        raise BadXml("it declares a document type")
    try:
        raw.decode("utf-8")
        root = etree.fromstring(raw, parser())
    except (etree.XMLSyntaxError, ValueError) as error:
        raise BadXml(f"it is not XML in UTF-8: {type(error).__name__}") from None
    if root.getroottree().docinfo.doctype:
        raise BadXml("it declares a document type")
    around = (*root.itersiblings(preceding=True), root, *root.itersiblings())
    for outer in around:
        for _ in outer.iter(etree.Entity, etree.ProcessingInstruction):
            raise BadXml("it has an entity or a processing instruction")
    return root


def one(element: Any, path: str) -> Any:
    """Find the one element at a path; BadXml where there is none, or more than one."""
    found = element.findall(path, NAMESPACES)
    if len(found) != 1:
        raise BadXml(f"it has {len(found) or 'no'} elements {path}")
    return found[0]


def text(element: Any) -> str:
    """Give an element's whole text; BadXml where there are elements in between."""
    if any(isinstance(child.tag, str) for child in element):
        raise BadXml(f"{local_name(element)} has elements inside")
    return "".join(element.itertext())


def local_name(element: Any) -> str:
    """Name an element without its namespace."""
    return str(etree.QName(element).localname)


def tag(prefix: str, name: str) -> str:
    """Write an element's name as lxml does."""
    return f"{{{NAMESPACES[prefix]}}}{name}"
