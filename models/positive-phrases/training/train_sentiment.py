"""Trains the model that says how positive a sentence is, beside TF-IDF with logistic regression, and measures both."""

import argparse
import json
import os
import time

import numpy as np
import torch
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from torch import nn
from torch.nn import functional as F

import prepare
import text as t

BUCKETS = 60000
# Large odd multipliers spread neighbouring ids over the buckets; ids stay under 2**15, so products stay exact.
FIRST_MULTIPLIER, SECOND_MULTIPLIER = 31337, 7919
LENGTH = 64


def pairs_of(ids):
    """Bucket of each word with the word before it; 0 where one of the two is padding."""
    before, after = ids[:, :-1], ids[:, 1:]
    bucket = (before * FIRST_MULTIPLIER + after * SECOND_MULTIPLIER) % (BUCKETS - 1) + 1
    return bucket * (after > 0)


class Linear(nn.Module):
    """A weight per word and per pair of words, over the root of their number; lexicon words start at their polarity."""

    def __init__(self, words, polarity, _vectors=None):
        super().__init__()
        self.word = nn.Embedding(words, 1, padding_idx=t.PAD)
        self.pair = nn.Embedding(BUCKETS, 1, padding_idx=0)
        self.bias = nn.Parameter(torch.zeros(1))
        self.word.weight.data = torch.tensor(polarity)[:, None] * 1.5
        self.pair.weight.data.zero_()
        self.register_buffer('prior', self.word.weight.data.clone())

    def forward(self, ids):
        number = (ids > 0).sum(1, keepdim=True).clamp(min=1)
        total = self.word(ids).sum(1) + self.pair(pairs_of(ids)).sum(1)
        return (total / number.sqrt() + self.bias)[:, 0]

    def penalty(self):
        return 2e-5 * ((self.word.weight - self.prior) ** 2).sum() + 2e-5 * (self.pair.weight ** 2).sum()


class Network(nn.Module):
    """Words, weighted by their importance, through a convolution of three words; the linear model is added."""

    def __init__(self, words, polarity, vectors=None, width=48, channels=96):
        super().__init__()
        self.linear = Linear(words, polarity)
        width = width if vectors is None else vectors.shape[1] + 1
        self.embedding = nn.Embedding(words, width, padding_idx=t.PAD)
        nn.init.normal_(self.embedding.weight, std=0.1)
        if vectors is not None:
            self.embedding.weight.data[:, 1:] = torch.from_numpy(vectors) * 2
        # The first place of a word's vector begins as its polarity in the lexicons.
        self.embedding.weight.data[:, 0] = torch.tensor(polarity)
        self.embedding.weight.data[t.PAD] = 0
        self.convolution = nn.Conv1d(width, channels, 3, padding=1)
        self.last = nn.Linear(2 * channels, 1)

    def forward(self, ids):
        mask = (ids > 0).float()[:, None, :]
        vectors = self.embedding(ids)
        if self.training:
            vectors = vectors * (torch.rand(ids.shape + (1,)) > 0.15) / 0.85
        hidden = F.relu(self.convolution(F.dropout(vectors, 0.3, self.training).transpose(1, 2))) * mask
        pooled = torch.cat([hidden.amax(2), hidden.sum(2) / mask.sum(2).clamp(min=1).sqrt()], dim=1)
        return self.last(F.dropout(pooled, 0.4, self.training))[:, 0] + self.linear(ids)

    def penalty(self):
        return self.linear.penalty()


def batch_ids(rows):
    ids = np.zeros((len(rows), max(3, min(LENGTH, max(map(len, rows))))), dtype=np.int64)
    for number, row in enumerate(rows):
        ids[number, : len(row)] = row[:LENGTH]
    return torch.from_numpy(ids)


def scores(model, rows):
    model.eval()
    with torch.no_grad():
        out = torch.cat([model(batch_ids(rows[b: b + 500])) for b in range(0, len(rows), 500)])
    model.train()
    return out.numpy()


def read_sst(folder, name):
    rows = [line.split('\t') for line in prepare.read_lines(folder, 'sst2', name)[1:]]
    return [r[1] for r in rows], np.array([int(r[0]) for r in rows])


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('data')
    parser.add_argument('--work', required=True)
    parser.add_argument('--vocabulary', required=True)
    parser.add_argument('--epochs', type=int, default=8)
    parser.add_argument('--threads', type=int, default=1)
    parser.add_argument('--rate', type=float, default=2e-3)
    parser.add_argument('--vectors', action='store_true', help='start from the vectors of word_vectors.py --width 48')
    parser.add_argument('--seed', type=int, default=1)
    parser.add_argument('--name')
    parser.add_argument('--kind', choices=['linear', 'network', 'tfidf'], required=True)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(arguments.seed)
    rng = np.random.default_rng(1)
    with open(os.path.join(arguments.work, 'labelled.json'), encoding='utf-8') as file:
        labelled = json.load(file)
    dev_texts, dev_labels = read_sst(arguments.data, 'dev.tsv')
    # The choice between kinds is made on held-out rows of sentence_polarity and the reviews, never on SST-2.
    held = [s[0] not in 'pc' or s.startswith('polarity') for s, _, _ in labelled]
    held = np.array(held) & (rng.random(len(labelled)) < 0.1)
    texts, labels = [r[1] for r in labelled], np.array([r[2] for r in labelled])
    in_polarity = np.array([r[0].startswith('polarity') for r in labelled])
    began = time.time()
    if arguments.kind == 'tfidf':
        vectors = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, min_df=2, tokenizer=t.split, token_pattern=None)
        train = vectors.fit_transform([x for x, h in zip(texts, held) if not h])
        weights, results = np.where(in_polarity[~held], 3.0, 1.0), []
        for strength in (1.0, 4.0):
            model = LogisticRegression(C=strength, max_iter=500).fit(train, labels[~held], weights)
            check = model.predict(vectors.transform([x for x, h in zip(texts, held) if h]))
            dev = model.predict(vectors.transform(dev_texts))
            results.append((float(np.mean(check == labels[held])), float(np.mean(dev == dev_labels))))
            print('tfidf', strength, 'features', train.shape[1], 'held', results[-1][0], 'sst2 dev', results[-1][1], f'{time.time() - began:.0f} s', flush=True)
        note(arguments, *max(results))
        return
    _, index = t.load_vocabulary(arguments.vocabulary)
    words = np.load(os.path.join(arguments.work, 'words.npz'))
    polarity = words['polarity']
    rows = [t.encode(x, index) for x in texts]
    lexicon = [(i, float(p > 0)) for i, p in enumerate(polarity) if abs(p) > 0.3]
    train_rows = [(r, l, 3.0 if p else 1.0) for r, l, p, h in zip(rows, labels, in_polarity, held) if not h and r]
    train_rows += [([i], label, 0.5) for i, label in lexicon]
    held_rows = [r for r, h in zip(rows, held) if h]
    dev_rows = [t.encode(x, index) for x in dev_texts]
    vectors = np.load(os.path.join(arguments.work, 'vectors48.npy')) if arguments.vectors else None
    model = {'linear': Linear, 'network': Network}[arguments.kind](len(polarity), polarity, vectors)
    optimiser = torch.optim.Adam(model.parameters(), lr=2e-3)
    batch, best, best_dev, state = 128, 0.0, 0.0, None
    for epoch in range(arguments.epochs):
        for group in optimiser.param_groups:
            group['lr'] = arguments.rate * (1 - epoch / arguments.epochs)
        order = rng.permutation(len(train_rows))
        # Rows of like length are drawn together: less padding.
        order = np.concatenate([chunk[np.argsort([len(train_rows[i][0]) for i in chunk])] for chunk in np.array_split(order, max(1, len(order) // 4096))])
        batches = [order[b: b + batch] for b in range(0, len(order), batch)]
        for number in rng.permutation(len(batches)):
            part = [train_rows[i] for i in batches[number]]
            weight = torch.tensor([w for _, _, w in part])
            target = torch.tensor([float(l) for _, l, _ in part]) * 0.96 + 0.02
            loss = (F.binary_cross_entropy_with_logits(model(batch_ids([r for r, _, _ in part])), target, reduction='none') * weight).mean() + model.penalty()
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            optimiser.step()
        held_scores = scores(model, held_rows)
        held_accuracy = float(np.mean((held_scores > 0) == labels[held]))
        dev_accuracy = float(np.mean((scores(model, dev_rows) > 0) == dev_labels))
        print(arguments.kind, epoch, 'held', round(held_accuracy, 4), 'sst2 dev', round(dev_accuracy, 4), f'{time.time() - began:.0f} s', flush=True)
        if held_accuracy > best:
            best, best_dev, state = held_accuracy, dev_accuracy, {k: v.clone() for k, v in model.state_dict().items()}
    torch.save({'kind': arguments.kind, 'words': len(polarity), 'state': state}, os.path.join(arguments.work, f'{arguments.name or "sentiment_" + arguments.kind}.pt'))
    note(arguments, best, best_dev)


def note(arguments, held, dev):
    """Beside the weights: how good this kind is."""
    with open(os.path.join(arguments.work, f'{arguments.name or "sentiment_" + arguments.kind}.json'), 'w', encoding='utf-8') as file:
        json.dump({'kind': arguments.kind, 'held_out': round(held, 4), 'sst2_dev': round(dev, 4)}, file)


if __name__ == '__main__':
    main()
