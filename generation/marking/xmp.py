"""The XMP packet that carries the mark, and writing the mark into a packet that is there already.

The properties are `Iptc4xmpExt:DigitalSourceType`, `Iptc4xmpExt:AISystemUsed` (the model's name; IPTC Photo Metadata 2025.1)
and `photoshop:Credit`, the credit line.
"""

from __future__ import annotations

import re
from xml.sax.saxutils import quoteattr

from generation.marking.splicing import Unmarkable
from generation.marking.vocabulary import NOT_LEARNT, Mark, says_generated

EXTENSION = "http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
PHOTOSHOP = "http://ns.adobe.com/photoshop/1.0/"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
END_OF_RDF = re.compile(rb"</([A-Za-z_][\w.-]*:)?RDF\s*>")
ABOUT = re.compile(rb"""\babout\s*=\s*(?:"([^"]*)"|'([^']*)')""")
TERM = re.compile(rb"(cv\.iptc\.org/newscodes/digitalsourcetype/)[A-Za-z]+")


def packet(mark: Mark) -> bytes:
    """A packet of its own."""
    return (
        b'<?xpacket begin="\xef\xbb\xbf" id="W5M0MpCehiHzreSzNTczkc9d"?>'
        b'<x:xmpmeta xmlns:x="adobe:ns:meta/">'
        b'<rdf:RDF xmlns:rdf="' + RDF.encode() + b'">' + _description(mark, b"rdf:", b"", b"") + b"</rdf:RDF>"
        b'</x:xmpmeta><?xpacket end="w"?>'
    )


def merged(there: bytes, mark: Mark) -> bytes | None:
    """A packet with the mark in it and everything that it held before; None where it says that the file is generated. A term
    for something else, such as a photograph, gives way to ours. Raises `Unmarkable`."""
    if says_generated(there):
        return None
    if b"DigitalSourceType" in there:
        changed, count = TERM.subn(rb"\g<1>" + mark.source.encode(), there)
        if not count:
            raise Unmarkable("its XMP names a digital source that is not of the vocabulary")
        return changed
    ends = list(END_OF_RDF.finditer(there))
    if not ends:
        raise Unmarkable("its XMP is not in a form that can be added to")
    end = ends[-1]
    about = ABOUT.search(there)
    same = (about[1] or about[2] or b"") if about else b""
    added = _description(mark, end[1] or b"", same, there)
    return there[: end.start()] + added + there[end.start() :]


def _description(mark: Mark, prefix: bytes, about: bytes, there: bytes) -> bytes:
    """The properties, without those that the packet has from its provider. XMP allows several descriptions of one thing."""
    said = f' Iptc4xmpExt:DigitalSourceType="{mark.source.uri}"'
    if mark.system and mark.source not in NOT_LEARNT and b"AISystemUsed" not in there:
        said += f" Iptc4xmpExt:AISystemUsed={quoteattr(NO_XML.sub('', mark.system))}"
    if b":Credit" not in there:
        said += f' xmlns:photoshop="{PHOTOSHOP}" photoshop:Credit="{mark.credit}"'
    head = b"<" + prefix + b"Description " + prefix + b'about="' + about + b'"'
    return head + f' xmlns:Iptc4xmpExt="{EXTENSION}"{said}/>'.encode()
