"""Where the node parsers of LlamaIndex say that their nodes stand; docs/chunkers.md.

Runs in the peers' environment, not in ours: ``python benchmarks/peer_parsers.py FOLDER`` with the
folder of the retrieval sets. One line for each parser and kind of text.
"""

import json
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from llama_index.core.node_parser import (
    HierarchicalNodeParser,
    MarkdownNodeParser,
    NodeParser,
    SentenceSplitter,
    SentenceWindowNodeParser,
    TokenTextSplitter,
)
from llama_index.core.schema import BaseNode, Document, TextNode

PARSERS: dict[str, NodeParser] = {
    "SentenceSplitter(200, 30)": SentenceSplitter(chunk_size=200, chunk_overlap=30),
    "TokenTextSplitter(200, 30)": TokenTextSplitter(chunk_size=200, chunk_overlap=30),
    "SentenceWindowNodeParser()": SentenceWindowNodeParser.from_defaults(),
    "MarkdownNodeParser()": MarkdownNodeParser.from_defaults(),
    "HierarchicalNodeParser(800, 200)": HierarchicalNodeParser.from_defaults([800, 200]),
}
SETS = ("servicepublic_fr", "piaf_fr", "xquad_ru")
_VISIBLE = re.compile(r"\S")


def texts(folder: Path) -> Iterator[tuple[str, list[str]]]:
    """Yield kinds of text: sheets, articles (paragraphs of one title), a table, a form."""
    for name in SETS:
        articles: dict[str, list[str]] = {}
        for line in (folder / name / "corpus.jsonl").open(encoding="utf-8"):
            record = json.loads(line)
            articles.setdefault(record["title"] or record["_id"], []).append(record["text"])
        yield name, ["\n\n".join(paragraphs) for paragraphs in articles.values()]
    yield "400 equal rows", ["Désignation\tPrix\n" + "Papier blanc\t4,50 EUR\n" * 400]
    answers = "".join(f"{n}. Question {n} ?\nOui\nNon\n\n" for n in range(200))
    yield "200 equal answers", [answers]


def misplaced(text: str, nodes: Sequence[BaseNode]) -> bool:
    """Tell whether spans are missing, or leave out visible text: then some point elsewhere."""
    reached = 0
    for node in sorted((n for n in nodes if isinstance(n, TextNode)), key=_start):
        start, end = node.start_char_idx, node.end_char_idx
        if start is None or end is None or text[start:end] != node.text:
            return True
        if _VISIBLE.search(text[reached:start]):
            return True
        reached = max(reached, end)
    return bool(_VISIBLE.search(text[reached:]))


def _start(node: TextNode) -> int:
    return -1 if node.start_char_idx is None else node.start_char_idx


def main() -> None:
    """Print, for each parser and kind of text, how many documents have nodes that are misplaced."""
    for kind, documents in texts(Path(sys.argv[1])):
        for name, parser in PARSERS.items():
            lost = wrong = count = 0
            for text in documents:
                nodes = parser.get_nodes_from_documents([Document(text=text)])
                count += len(nodes)
                lost += sum(isinstance(n, TextNode) and n.start_char_idx is None for n in nodes)
                wrong += misplaced(text, nodes)
            print(f"{kind} | {name} | {len(documents)} | {count} | {lost} | {wrong}", flush=True)


if __name__ == "__main__":
    main()
