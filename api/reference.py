"""Reference: the OpenAPI description as one plain page, without any script or outside asset."""

import json
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

Spec = Mapping[str, Any]
METHODS = ("get", "post", "put", "patch", "delete")
DEPTH = 6

STYLE = """
body{font:15px/1.55 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;
color:#1c2024;background:#fff} h1{font-size:1.6rem} h2{margin-top:2.5rem;text-transform:capitalize}
.op{border:1px solid #8884;border-radius:10px;padding:.8rem 1rem;margin:.8rem 0}
.op code{font-size:.95rem} .m{font-weight:700;text-transform:uppercase;margin-right:.6rem}
.op p{margin:.4rem 0} table{border-collapse:collapse;font-size:.9rem}
td{padding:.15rem .8rem .15rem 0;vertical-align:top}
pre{background:#8881;border-radius:8px;padding:.7rem;overflow:auto}
@media(prefers-color-scheme:dark){body{color:#e6e8eb;background:#15181b}}
"""


def reference_page(spec: Spec) -> str:
    """Give the whole page."""
    title = escape(str(spec["info"]["title"]))
    return (
        f"<!doctype html><html lang=en><meta charset=utf-8><title>{title}</title>"
        f"<meta name=viewport content='width=device-width'><style>{STYLE}</style>"
        f"<h1>{title} {escape(str(spec['info']['version']))}</h1>{reference_body(spec)}</html>"
    )


def reference_body(spec: Spec) -> str:
    """Give the page's inside; every text in it is escaped."""
    lines = [f"<p>{escape(str(spec['info'].get('description', '')))}</p>"]
    tag = ""
    for path, method, operation in _operations(spec):
        heading = str((operation.get("tags") or ["other"])[0])
        if heading != tag:
            tag = heading
            lines.append(f"<h2>{escape(tag)}</h2>")
        lines.append(_operation(spec, path, method, operation))
    return "\n".join(lines)


def _operations(spec: Spec) -> Iterator[tuple[str, str, Spec]]:
    for path, methods in spec["paths"].items():
        for method in METHODS:
            if method in methods:
                yield path, method, methods[method]


def _operation(spec: Spec, path: str, method: str, operation: Spec) -> str:
    lines = [f"<div class=op><span class=m>{method}</span><code>{escape(path)}</code>"]
    lines.append(f"<p>{escape(str(operation.get('description', '')))}</p>")
    rows = [_parameter(item) for item in operation.get("parameters", ())]
    if rows:
        lines.append(f"<table>{''.join(rows)}</table>")
    for media, content in operation.get("requestBody", {}).get("content", {}).items():
        example = json.dumps(sample(spec, content["schema"]), indent=2, ensure_ascii=False)
        lines.append(f"<p>{escape(media)}</p><pre>{escape(example)}</pre>")
    return "".join(lines) + "</div>"


def _parameter(item: Spec) -> str:
    need = "required" if item.get("required") else "optional"
    words = escape(str(item.get("description", "")))
    return f"<tr><td><code>{escape(item['name'])}</code><td>{item['in']}, {need}<td>{words}</tr>"


def sample(spec: Spec, schema: Spec, depth: int = 0) -> object:
    """Make an example of a schema from its own examples, defaults and types."""
    if "$ref" in schema:
        schema = spec["components"]["schemas"][schema["$ref"].rsplit("/", 1)[-1]]
    for key in ("examples", "enum"):
        if schema.get(key):
            return schema[key][0]
    if schema.get("default") is not None:
        return schema["default"]
    if "anyOf" in schema:
        return sample(spec, schema["anyOf"][0], depth)
    return _made_up(spec, schema, depth + 1)


def _made_up(spec: Spec, schema: Spec, depth: int) -> object:
    if depth > DEPTH:
        return None
    if "properties" in schema:
        return {k: sample(spec, v, depth) for k, v in schema["properties"].items()}
    if "items" in schema:
        return [sample(spec, schema["items"], depth)]
    return {"integer": 0, "number": 0.0, "boolean": False, "object": {}}.get(
        schema.get("type", ""), schema.get("type", "text")
    )
