"""Text as old formats give it: characters, then marks that end paragraphs, cells and rows."""

from readers.draft import PartDraft


class Flow:
    """Puts paragraphs on lines and table rows on one line each, cells between tabs.

    Written to a part, or collected as ``lines`` where there is none.
    """

    def __init__(self, part: PartDraft | None = None) -> None:
        self.lines: list[str] = []
        self._part = part
        self._pieces: list[str] = []
        self._cell: list[tuple[str, int]] = []
        self._row: list[list[tuple[str, int]]] = []

    def add(self, text: str) -> None:
        """Append characters to the paragraph."""
        if text:
            self._pieces.append(text)

    def paragraph(self, level: int = 0, *, in_table: bool = False) -> None:
        """End a paragraph; ``level`` is its heading level, 0 for text."""
        text, self._pieces = "".join(self._pieces), []
        if in_table:
            self._cell.append((text, level))
        else:
            self._write(text, level)

    def cell(self) -> None:
        """End a table cell."""
        self.paragraph(in_table=True)
        self._row.append(self._cell)
        self._cell = []

    def row(self) -> None:
        """End a table row; a row of one cell is a frame around text."""
        row, self._row = self._row, []
        if len(row) == 1:
            for text, level in row[0]:
                self._write(text, level)
        elif row:
            cells = (" ".join(" ".join(text for text, _ in cell).split()) for cell in row)
            self._write("\t".join(cells).rstrip("\t"), 0)

    def end(self) -> None:
        """Write what no mark has ended."""
        if self._cell or self._row:
            self.cell()
            self.row()
        if self._pieces:
            self.paragraph()

    def _write(self, text: str, level: int) -> None:
        if self._part is None:
            if text.strip():
                self.lines.append(text.strip())
        elif level and text.strip():
            self._part.add_heading(" ".join(text.split()), level)
        else:
            self._part.add(text + "\n")
