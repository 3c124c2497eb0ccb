"""What RTF's control words mean: destinations, characters, character sets."""

from readers.pictures import BITMAP_HEAD

# Destinations whose text is not the document's. Everything that is marked as ignorable (\\*) is
# left out as well, but for ENTERED.
SKIPPED = frozenset(
    {
        *("colortbl", "filetbl", "listtable", "listoverridetable", "revtbl", "rsidtbl", "xmlnstbl"),
        *("nonshppict", "objdata", "objclass", "objname", "fldinst", "sp", "shprslt"),
        *(
            "operator",
            "subject",
            "category",
            "manager",
            "company",
            "doccomm",
            "keywords",
            "comment",
        ),
        *("creatim", "revtim", "printim", "buptim", "themedata", "colorschememapping", "datastore"),
        *("latentstyles", "generator", "ftnsep", "ftnsepc", "ftncn", "aftnsep", "aftnsepc", "tc"),
        *(
            "xe",
            "txe",
            "rxe",
            "bkmkstart",
            "bkmkend",
            "atnid",
            "atnauthor",
            "hlinkbase",
            "template",
        ),
    }
)
ENTERED = frozenset({"shpinst", "annotation", "shppict", "shptxt"})
PICTURES = {"pngblip": b"", "jpegblip": b"", "dibitmap": BITMAP_HEAD}
"""What stands before the bytes of a picture in the file that they were taken from."""
ASIDE = {
    "footnote": "Notes",
    "annotation": "Comments",
    **dict.fromkeys(("header", "headerl", "headerr", "headerf"), "Headers and footers"),
    **dict.fromkeys(("footer", "footerl", "footerr", "footerf"), "Headers and footers"),
}
CHARACTERS = {
    "tab": "\t",
    "line": "\n",
    "lbr": "\n",
    "emdash": "—",
    "endash": "–",
    "bullet": "•",
    "lquote": "‘",
    "rquote": "’",
    "ldblquote": "“",
    "rdblquote": "”",
    "emspace": "\u2003",
    "enspace": "\u2002",
    "qmspace": "\u2005",
}
MARKS = frozenset({"par", "sect", "cell", "nestcell", "row", "intbl"})
SYMBOLS = {b"\\": "\\", b"{": "{", b"}": "}", b"~": "\xa0", b"_": "-", b"\t": "\t"}
CHARSETS = {
    0: "cp1252",
    77: "mac_roman",
    128: "cp932",
    129: "cp949",
    130: "johab",
    134: "gbk",
    136: "big5",
    161: "cp1253",
    162: "cp1254",
    163: "cp1258",
    177: "cp1255",
    178: "cp1256",
    186: "cp1257",
    204: "cp1251",
    222: "cp874",
    238: "cp1250",
    255: "cp437",
}
PAGE_WORDS = {"mac": "mac_roman", "pc": "cp437", "pca": "cp850"}
