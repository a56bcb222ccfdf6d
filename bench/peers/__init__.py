"""The engines that are measured side by side, by name."""

from __future__ import annotations

import importlib

from bench.peers.base import Peer

OURS = "lawsearch"
CLUSTER = "cluster"
PEERS = {
    OURS: "bench.peers.ours:Lawsearch",
    "tantivy": "bench.peers.tantivy_words:Tantivy",
    "fts5": "bench.peers.fts5:Words",
    "fts5-trigram": "bench.peers.fts5:WordsAndTrigrams",
    "xapian": "bench.peers.xapian_words:Xapian",
    "bm25s": "bench.peers.bm25s_words:Bm25s",
    "whoosh": "bench.peers.whoosh_chinese:WhooshChinese",
}
ON_CLUSTER = {CLUSTER: "bench.peers.on_cluster:OnCluster"}
"""Needs a cluster that runs; only bench.clustering measures it."""


def load_peer(name: str) -> type[Peer]:
    """The class of an engine. Raises ImportError where what it needs is not installed."""
    module, _, attribute = (PEERS | ON_CLUSTER)[name].partition(":")
    peer: type[Peer] = getattr(importlib.import_module(module), attribute)
    return peer
