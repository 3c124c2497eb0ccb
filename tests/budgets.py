"""Size budgets: files of at most 400 lines, functions of at most 50; prints what is over."""

import ast
import sys
from pathlib import Path

FILE_LINES = 400
FUNCTION_LINES = 50
SKIP = {".venv", ".git", ".diptych", "build", "node_modules"}


def overruns(path: Path) -> list[str]:
    """Give one line for each budget that the file breaks."""
    text = path.read_text(encoding="utf-8")
    found = []
    if (lines := text.count("\n")) > FILE_LINES:
        found.append(f"{path}: {lines} lines, at most {FILE_LINES}")
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            size = (node.end_lineno or node.lineno) - node.lineno + 1
            if size > FUNCTION_LINES:
                found.append(f"{path}:{node.lineno} {node.name}: {size} lines, {FUNCTION_LINES}")
    return found


def main() -> int:
    """Check every Python file of the project."""
    root = Path(__file__).parent.parent
    files = [p for p in root.rglob("*.py") if not SKIP & set(p.relative_to(root).parts)]
    found = [line for path in sorted(files) for line in overruns(path)]
    sys.stdout.write("".join(f"{line}\n" for line in found))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
