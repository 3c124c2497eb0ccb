"""Stock LlamaIndex: PGVectorStore with HNSW and hybrid search, then Neo4jVectorStore, hybrid.

Runs in the peers' environment, not in ours; reads the servers' addresses from standard input.
"""

import json
import sys
import time
from contextlib import closing
from pathlib import Path

import numpy as np
import psycopg2
from llama_index.core.schema import TextNode
from llama_index.vector_stores.neo4jvector import Neo4jVectorStore
from llama_index.vector_stores.postgres import PGVectorStore
from sqlalchemy.engine import URL, make_url


def _plain(url: URL, driver: str) -> str:
    """Give the address for a driver, its password in it."""
    named = url.set(drivername=f"postgresql+{driver}")
    return named.render_as_string(hide_password=False)


def _own_database(address: str) -> URL:
    """Make an empty database with pgvector on the same server."""
    with closing(psycopg2.connect(address)) as admin:
        admin.autocommit = True
        with admin.cursor() as cursor:
            cursor.execute("CREATE DATABASE peer")
    url = make_url(address).set(database="peer")
    own = url.render_as_string(hide_password=False)
    with closing(psycopg2.connect(own)) as made, made, made.cursor() as cursor:
        cursor.execute("CREATE EXTENSION vector")
    return url


def main() -> None:
    """Write the same nodes into both, one after the other, and print the seconds."""
    folder, where = Path(sys.argv[1]), json.load(sys.stdin)
    vectors = np.load(folder / "vectors.npy").tolist()
    texts = json.loads((folder / "texts.json").read_text())
    nodes = [TextNode(text=t, embedding=v) for t, v in zip(texts, vectors, strict=True)]
    plain = where["postgres"].replace("postgres://", "postgresql://")
    url = _own_database(plain)
    relational = PGVectorStore.from_params(
        connection_string=_plain(url, "psycopg2"),
        async_connection_string=_plain(url, "asyncpg"),
        table_name="peer",
        embed_dim=where["dimension"],
        hybrid_search=True,
        hnsw_kwargs={
            "hnsw_m": 16,
            "hnsw_ef_construction": 64,
            "hnsw_ef_search": 40,
            "hnsw_dist_method": "vector_cosine_ops",
        },
    )
    graph = Neo4jVectorStore(
        where["neo4j"]["user"],
        where["neo4j"]["password"],
        where["neo4j"]["url"],
        where["dimension"],
        hybrid_search=True,
        node_label="Peer",
        index_name="peer_vector",
        keyword_index_name="peer_text",
    )
    began = time.perf_counter()
    relational.add(nodes)
    graph.add(nodes)
    print(json.dumps({"seconds": time.perf_counter() - began}))


if __name__ == "__main__":
    main()
