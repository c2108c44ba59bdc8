"""Writes expected.json: what scipy and numpy say about pairs of samples.

    python make.py          (scipy 1.16, numpy 2; then biome formats the file)
"""

import json
import os

import numpy as np
import scipy
from scipy import special, stats
from scipy.spatial import distance


def rounded(values):
    return [round(float(value), 4) for value in values]


def smoothed(counts):
    counts = np.asarray(counts, float) + 0.5
    return counts / counts.sum()


def psi(before, after):
    p, q = smoothed(before), smoothed(after)
    return float(np.sum((p - q) * np.log(p / q)))


def number_counts(reference, values):
    """Deciles of the reference, its values one by one where they are ten or fewer; then others, then missing."""
    present = np.array([v for v in reference if v is not None])
    distinct = np.unique(present)
    given = np.array([v for v in values if v is not None])
    missing = len(values) - len(given)
    if len(distinct) <= 10:
        counts = [int(np.sum(given == value)) for value in distinct]
        return counts + [len(given) - sum(counts), missing]
    bins = max(2, min(10, len(present) // 5))
    edges = np.unique(np.quantile(present, np.arange(1, bins) / bins))
    places = np.searchsorted(edges, given, side="right")
    return np.bincount(places, minlength=len(edges) + 1).tolist() + [missing]


def pair(name, reference, current):
    before, after = number_counts(reference, reference), number_counts(reference, current)
    left = [v for v in reference if v is not None]
    right = [v for v in current if v is not None]
    exact = len(left) * len(right) <= 1_000_000
    ks = stats.ks_2samp(left, right, method="exact" if exact else "asymp")
    p = float(ks.pvalue)
    if not exact:
        size = len(left) * len(right) / (len(left) + len(right))
        root = np.sqrt(size)
        p = float(special.kolmogorov((root + 0.12 + 0.11 / root) * ks.statistic))
    return {
        "name": name,
        "reference": reference,
        "current": current,
        "ks": float(ks.statistic),
        "p": p,
        "psi": psi(before, after),
        "js": float(distance.jensenshannon(before, after, base=2)),
    }


def table(name, before, after):
    used = [(b, a) for b, a in zip(before, after) if b + a > 0]
    tested = stats.chi2_contingency(np.array(used).T, correction=False)
    return {
        "name": name,
        "before": before,
        "after": after,
        "statistic": float(tested.statistic),
        "p": float(tested.pvalue),
        "psi": psi(before, after),
        "js": float(distance.jensenshannon(before, after, base=2)),
    }


rng = np.random.default_rng(7)
normal = lambda rows, mean=0.0, sd=1.0: rounded(rng.normal(mean, sd, rows))
pairs = [
    pair("the same", normal(64), normal(200)),
    pair("moved by half", normal(64), normal(200, 0.5)),
    pair("moved by three", normal(64), normal(200, 3)),
    pair("wider", normal(64), normal(300, 0, 2)),
    pair("small", normal(12), normal(9, 1)),
    pair("ties", rounded(rng.integers(0, 40, 64)), rounded(rng.integers(5, 45, 100))),
    pair("few values", rounded(rng.integers(0, 4, 64)), rounded(rng.integers(1, 6, 100))),
    pair("large", normal(1000), normal(1100, 0.1)),
    pair("gaps", normal(60) + [None] * 4, normal(70, 0.3) + [None] * 30),
]
tables = [
    table("two alike", [40, 24], [410, 260]),
    table("two apart", [40, 24], [200, 460]),
    table("an empty bin", [30, 20, 14, 0], [10, 5, 3, 60]),
    table("a bin that both lack", [30, 0, 34], [100, 0, 140]),
    table("many", rng.multinomial(64, np.full(12, 1 / 12)).tolist(), rng.multinomial(900, rng.dirichlet(np.ones(12))).tolist()),
]
here = os.path.dirname(os.path.abspath(__file__))
with open(os.path.join(here, "expected.json"), "w", encoding="utf-8") as out:
    json.dump({"scipy": scipy.__version__, "numpy": np.__version__, "pairs": pairs, "tables": tables}, out)
    out.write("\n")
