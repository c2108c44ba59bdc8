"""Word vectors from counts of neighbours (positive mutual information, truncated SVD): where training the fill model starts."""

import argparse
import os

import numpy as np
from scipy import sparse
from sklearn.utils.extmath import randomized_svd

import text as t
from train_fill import Corpus

OFFSETS = [-3, -2, -1, 1, 2, 3]
CONTEXT_WORDS = 6000
BAG = 6


def counts(corpus, words):
    """Sparse counts [words, columns]: a block of columns per offset for neighbours, one for a bag of words around."""
    flat = corpus.flat
    places = np.flatnonzero(flat > t.MASK)
    rank = np.full(words, -1)
    rank[np.argsort(-np.bincount(flat[places], minlength=words), kind='stable')[:CONTEXT_WORDS]] = np.arange(CONTEXT_WORDS)
    rank[t.START] = rank[t.END] = CONTEXT_WORDS
    blocks = []
    for offset in [*OFFSETS, *[o for o in range(-BAG, BAG + 1) if o != 0]]:
        near = np.clip(places + offset, 0, len(flat) - 1)
        # A pad between the two means that they are of two sentences; pads are as wide as the window.
        column = rank[flat[near]]
        fine = column >= 0
        blocks.append(sparse.csr_matrix((np.ones(fine.sum(), dtype=np.float32), (flat[places[fine]], column[fine])), shape=(words, CONTEXT_WORDS + 1)))
    bag = sum(blocks[len(OFFSETS):])
    return sparse.hstack([*blocks[: len(OFFSETS)], bag * 0.5]).tocsr()


def mutual_information(table):
    total = table.sum()
    rows, columns = np.asarray(table.sum(1))[:, 0], np.asarray(table.sum(0))[0]
    columns = columns ** 0.75 * (columns.sum() / (columns ** 0.75).sum())
    pairs = table.tocoo()
    information = np.log(pairs.data * total / (rows[pairs.row] * columns[pairs.col] + 1e-9) + 1e-9)
    # A pair seen once says little: it is shrunk.
    information *= pairs.data / (pairs.data + 1)
    keep = information > 0
    return sparse.csr_matrix((information[keep].astype(np.float32), (pairs.row[keep], pairs.col[keep])), shape=table.shape)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--work', required=True)
    parser.add_argument('--width', type=int, default=96)
    arguments = parser.parse_args()
    corpus = Corpus(arguments.work, 1)
    words = len(corpus.polarity)
    left, strength, _ = randomized_svd(mutual_information(counts(corpus, words)), arguments.width, n_iter=3, random_state=1)
    vectors = left * np.sqrt(strength)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True) + 1e-6
    np.save(os.path.join(arguments.work, f'vectors{arguments.width}.npy'), vectors.astype(np.float32))
    with open(os.path.join(arguments.work, 'vocabulary.txt'), encoding='utf-8') as file:
        names = file.read().split('\n')[:-1]
    for word in ('service', 'wonderful', 'questions', 'vegetables', 'helpful', 'quickly'):
        order = np.argsort(-vectors @ vectors[names.index(word)])[1:9]
        print(word, [names[i] for i in order])


if __name__ == '__main__':
    main()
