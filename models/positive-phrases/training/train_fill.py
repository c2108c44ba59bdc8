"""Trains the model that fills a blank: from the words around it to the word in it, one of three kinds."""

import argparse
import json
import math
import os
import time

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

import text as t

WINDOW = 8
MAXIMUM_MASKS_AFTER = 4
# How often a blank is followed by 0..4 further masks: phrases of up to five words are filled from left to right.
MASKS_AFTER = [0.62, 0.14, 0.1, 0.08, 0.06]
KEEP_POSITIVE, KEEP_OTHER, KEEP_FREQUENT = 1.0, 0.4, 0.12
FREQUENT = 3000
FUNCTION_LIKE = 150


class Corpus:
    """The sentences in one row, each between <s> and </s>, with WINDOW pads between two of them."""

    def __init__(self, work, seed):
        data, words = np.load(os.path.join(work, 'corpus.npz')), np.load(os.path.join(work, 'words.npz'))
        self.suggestible, self.polarity, self.counts = int(words['suggestible']), words['polarity'], words['counts']
        lengths = np.diff(data['offsets'])
        starts = WINDOW + np.concatenate([[0], np.cumsum(lengths + 2 + WINDOW)[:-1]])
        self.flat = np.zeros(int(starts[-1] + lengths[-1] + 2 + WINDOW), dtype=np.int32)
        place = np.repeat(starts + 1 - data['offsets'][:-1], lengths) + np.arange(len(data['ids']))
        self.flat[place] = data['ids']
        self.flat[starts], self.flat[starts + lengths + 1] = t.START, t.END
        held = np.random.default_rng(0).random(len(lengths)) < 0.02
        target = (self.flat[place] >= len(t.SPECIALS)) & (self.flat[place] < self.suggestible)
        is_held = np.repeat(held, lengths)
        source = np.repeat(data['source'], lengths)
        self.train, self.held = place[target & ~is_held], place[target & is_held]
        self.rng = np.random.default_rng(seed)
        self.is_word = np.zeros(len(self.polarity), dtype=bool)
        self.is_word[len(t.SPECIALS):] = True
        with open(os.path.join(work, 'vocabulary.txt'), encoding='utf-8') as file:
            for number, word in enumerate(file.read().split('\n')[:-1]):
                self.is_word[number] &= word[0].isalpha()
        # Frequent neutral words are drawn less often as targets of a single blank than positive ones.
        keep = np.where(self.polarity > 0, KEEP_POSITIVE, np.where(self.counts > FREQUENT, KEEP_FREQUENT, KEEP_OTHER))
        self.keep = keep
        # A list of disadvantages or a coffee order teaches grammar more than what to suggest.
        self.source_keep = {2: 0.5, 4: 0.5, 6: 0.2}
        self.train_source = source[target & ~is_held]

    def draw(self):
        """One epoch of (position, masks after it), shuffled."""
        position = self.train
        masks = self.rng.choice(5, len(position), p=MASKS_AFTER)
        usable = np.ones(len(position), dtype=bool)
        for offset in range(1, 5):
            usable &= (masks < offset) | self.is_word[self.flat[position + offset]]
        keep = np.where(masks > 0, np.maximum(self.keep[self.flat[position]], 0.3), self.keep[self.flat[position]])
        for source, factor in self.source_keep.items():
            keep = np.where(self.train_source == source, keep * factor, keep)
        chosen = usable & (self.rng.random(len(position)) < keep)
        order = self.rng.permutation(np.flatnonzero(chosen))
        return position[order], masks[order]

    def windows(self, position, masks):
        ids = self.flat[position[:, None] + np.arange(-WINDOW, WINDOW + 1)].astype(np.int64)
        # What lies beyond the sentence is padding, also where the window reaches the next sentence.
        left, right = ids[:, :WINDOW], ids[:, WINDOW + 1:]
        beyond_left = np.cumsum((left == t.START)[:, ::-1], axis=1)[:, ::-1] - (left == t.START) > 0
        beyond_right = np.cumsum(right == t.END, axis=1) - (right == t.END) > 0
        targets = ids[:, WINDOW].copy()
        left[beyond_left], right[beyond_right] = t.PAD, t.PAD
        right[np.arange(WINDOW)[None, :] < masks[:, None]] = t.MASK
        ids[:, WINDOW] = t.MASK
        return torch.from_numpy(ids), torch.from_numpy(targets)


class Filler(nn.Module):
    """What every kind shares: the scores of words are their vectors' products with the context's vector."""

    def forward(self, ids):
        return self.encode(ids) @ self.embedding.weight[: self.outputs].T + self.bias

    def among(self, ids, candidates, correction):
        """Scores of some words only, corrected for how often each was drawn."""
        return self.encode(ids) @ self.embedding(candidates).T + self.bias[candidates] - correction


class LogBilinear(Filler):
    """Position-weighted sum of the context's vectors."""

    def __init__(self, words, outputs, width, _hidden):
        super().__init__()
        self.embedding = nn.Embedding(words, width, padding_idx=t.PAD)
        self.weights = nn.Parameter(torch.ones(2 * WINDOW, width) / math.sqrt(2 * WINDOW))
        self.bias = nn.Parameter(torch.zeros(outputs))
        nn.init.normal_(self.embedding.weight, std=0.1)
        self.outputs = outputs

    def encode(self, ids):
        context = torch.cat([ids[:, :WINDOW], ids[:, WINDOW + 1:]], dim=1)
        return (F.dropout(self.embedding(context), 0.1, self.training) * self.weights).sum(1)



class Window(Filler):
    """The context's vectors side by side through two hidden layers, added to a position-weighted sum of them all."""

    def __init__(self, words, outputs, width, hidden):
        super().__init__()
        self.embedding = nn.Embedding(words, width, padding_idx=t.PAD)
        nn.init.normal_(self.embedding.weight, std=0.1)
        self.first = nn.Linear(2 * WINDOW * width, hidden)
        self.norm = nn.LayerNorm(hidden)
        self.second = nn.Linear(hidden, hidden)
        self.last = nn.Linear(hidden, width)
        self.bias = nn.Parameter(torch.zeros(outputs))
        self.outputs = outputs
        self.dropout = 0.2

    def encode(self, ids):
        context = torch.cat([ids[:, :WINDOW], ids[:, WINDOW + 1:]], dim=1)
        # Whole words are dropped, so that no single neighbour is trusted alone.
        drop = self.training and self.dropout > 0
        vectors = self.embedding(context)
        if drop:
            vectors = vectors * (torch.rand(context.shape + (1,)) > 0.1) * (1 / 0.9)
        hidden = F.relu(self.first(vectors.flatten(1)))
        hidden = F.dropout(hidden, self.dropout, self.training)
        hidden = hidden + F.relu(self.second(self.norm(hidden)))
        hidden = F.dropout(hidden, self.dropout, self.training)
        return self.last(hidden)



PAIRS = [(-2, -1), (-1, 1), (1, 2), (-3, -2, -1), (-2, -1, 1), (-1, 1, 2), (1, 2, 3)]
NGRAM_BUCKETS = 40000
MULTIPLIERS = [31337, 7919, 104729]


def ngram_buckets(ids):
    """[rows, features]: the bucket of each group of neighbours; a group with padding in it is bucket 0."""
    columns = []
    for number, group in enumerate(PAIRS):
        words = [ids[:, WINDOW + o] for o in group]
        mixed = sum(w * m for w, m in zip(words, MULTIPLIERS)) + number * 5003
        known = torch.stack([w > 0 for w in words]).all(0)
        columns.append((mixed % (NGRAM_BUCKETS - 1) + 1) * known)
    return torch.stack(columns, dim=1)


class Ngrams(Filler):
    """Position-weighted sum of the context's vectors and of hashed groups of neighbours, through one hidden layer."""

    def __init__(self, words, outputs, width, hidden):
        super().__init__()
        self.embedding = nn.Embedding(words, width, padding_idx=t.PAD)
        self.weights = nn.Parameter(torch.ones(2 * WINDOW, width) / math.sqrt(2 * WINDOW))
        self.groups = nn.Embedding(NGRAM_BUCKETS, width, padding_idx=0)
        self.first, self.last = nn.Linear(width, hidden), nn.Linear(hidden, width)
        self.bias = nn.Parameter(torch.zeros(outputs))
        nn.init.normal_(self.embedding.weight, std=0.1)
        nn.init.normal_(self.groups.weight, std=0.01)
        self.groups.weight.data[0] = 0
        self.outputs = outputs

    def encode(self, ids):
        context = torch.cat([ids[:, :WINDOW], ids[:, WINDOW + 1:]], dim=1)
        vectors, groups = self.embedding(context), self.groups(ngram_buckets(ids))
        if self.training:
            vectors = vectors * (torch.rand(context.shape + (1,)) > 0.1) / 0.9
            groups = groups * (torch.rand(groups.shape[:2] + (1,)) > 0.4) / 0.6
        total = (vectors * self.weights).sum(1) + groups.sum(1)
        return total + self.last(F.dropout(F.relu(self.first(total)), 0.1, self.training))


class Transformer(Filler):
    """A small encoder over the window; only the blank is read out."""

    def __init__(self, words, outputs, width, hidden, layers=2, heads=4):
        super().__init__()
        self.embedding = nn.Embedding(words, width, padding_idx=t.PAD)
        nn.init.normal_(self.embedding.weight, std=0.1)
        self.place = nn.Parameter(torch.randn(2 * WINDOW + 1, width) * 0.05)
        layer = nn.TransformerEncoderLayer(width, heads, hidden, 0.1, 'gelu', batch_first=True, norm_first=True)
        self.encoder = nn.TransformerEncoder(layer, layers, enable_nested_tensor=False)
        self.last = nn.Sequential(nn.LayerNorm(width), nn.Linear(width, width), nn.GELU(), nn.LayerNorm(width))
        self.bias = nn.Parameter(torch.zeros(outputs))
        self.outputs = outputs

    def encode(self, ids):
        hidden = self.encoder(self.embedding(ids) * 3 + self.place, src_key_padding_mask=ids == t.PAD)
        return self.last(hidden[:, WINDOW])



KINDS = {'log-bilinear': LogBilinear, 'window': Window, 'ngrams': Ngrams, 'transformer': Transformer}


def loss_among(model, ids, targets, chances, number):
    """Cross-entropy over the batch's targets and some further words, drawn by how often they are targets."""
    drawn = torch.multinomial(chances, number, replacement=False)
    candidates = torch.unique(torch.cat([targets, drawn]))
    # Chance that a word is among the candidates of this batch, which its score must not be rewarded for.
    correction = torch.log((-torch.expm1(-chances[candidates] * (number + len(targets)))).clamp(min=1e-9))
    scores = model.among(ids, candidates, correction)
    return F.cross_entropy(scores, torch.searchsorted(candidates, targets), label_smoothing=0.02)


def evaluate(model, corpus):
    """Nats per held-out positive word in a single blank, and how often it is among the first five."""
    position = corpus.held[corpus.polarity[corpus.flat[corpus.held]] > 0]
    model.eval()
    loss = hits = 0.0
    with torch.no_grad():
        for begin in range(0, len(position), 512):
            part = position[begin: begin + 512]
            ids, targets = corpus.windows(part, np.zeros(len(part), dtype=np.int64))
            logits = model(ids)
            loss += float(F.cross_entropy(logits, targets, reduction='sum'))
            hits += float((logits.topk(5).indices == targets[:, None]).any(1).sum())
    model.train()
    return loss / len(position), hits / len(position)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--work', required=True)
    parser.add_argument('--kind', choices=list(KINDS), default='window')
    parser.add_argument('--width', type=int, default=128)
    parser.add_argument('--hidden', type=int, default=512)
    parser.add_argument('--minutes', type=float, default=6)
    parser.add_argument('--epochs', type=float, default=6)
    parser.add_argument('--batch', type=int, default=1024)
    parser.add_argument('--rate', type=float, default=2e-3)
    parser.add_argument('--threads', type=int, default=2)
    parser.add_argument('--seed', type=int, default=1)
    parser.add_argument('--vectors', action='store_true', help='start from the vectors of word_vectors.py')
    parser.add_argument('--start', help='checkpoint of the same shape to go on from')
    parser.add_argument('--sampled', type=int, default=1000)
    parser.add_argument('--name', required=True)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(arguments.seed)
    corpus = Corpus(arguments.work, arguments.seed)
    shape = (len(corpus.polarity), corpus.suggestible, arguments.width, arguments.hidden)
    model = KINDS[arguments.kind](*shape)
    if arguments.start:
        model.load_state_dict(torch.load(arguments.start)['state'])
    if arguments.vectors:
        model.embedding.weight.data = torch.from_numpy(np.load(os.path.join(arguments.work, f'vectors{arguments.width}.npy')))
        model.embedding.weight.data[t.PAD] = 0
    # Vectors that counts have already placed well move slower than the layers over them.
    tables = [p for n, p in model.named_parameters() if n.startswith('embedding')]
    others = [p for n, p in model.named_parameters() if not n.startswith('embedding')]
    groups = [{'params': tables, 'share': 0.4 if arguments.vectors or arguments.start else 1.0}, {'params': others, 'share': 1.0}]
    optimiser = torch.optim.AdamW(groups, lr=arguments.rate, betas=(0.9, 0.98), weight_decay=0.01)
    began, step, history = time.time(), 0, []
    first_draw = corpus.draw()
    examples = len(first_draw[0])
    frequencies = np.bincount(corpus.flat[first_draw[0]], minlength=corpus.suggestible) ** 0.75 + 0.1
    chances = torch.tensor(frequencies / frequencies.sum(), dtype=torch.float32)
    total = int(arguments.epochs * examples / arguments.batch)
    print(arguments.name, 'parameters', sum(p.numel() for p in model.parameters()), 'examples per epoch', examples, 'steps', total, flush=True)
    progress = 0.0
    while progress < 1:
        position, masks = corpus.draw()
        for begin in range(0, len(position) - arguments.batch, arguments.batch):
            ids, targets = corpus.windows(position[begin: begin + arguments.batch], masks[begin: begin + arguments.batch])
            progress = max(step / total, (time.time() - began) / 60 / arguments.minutes)
            if progress >= 1:
                break
            for group in optimiser.param_groups:
                group['lr'] = group['share'] * arguments.rate * min(1, (step + 1) / 200) * max(0.02, 1 - progress)
            loss = loss_among(model, ids, targets, chances, arguments.sampled)
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimiser.step()
            step += 1
            if step % 250 == 0:
                nats, hits = evaluate(model, corpus)
                history.append([step, round(loss.item(), 3), round(nats, 3), round(hits, 4)])
                print(history[-1], f'{time.time() - began:.0f} s', f'{progress:.2f}', flush=True)
    nats, hits = evaluate(model, corpus)
    print('final', arguments.name, step, round(nats, 4), round(hits, 4), f'{time.time() - began:.0f} s', flush=True)
    torch.save({'kind': arguments.kind, 'shape': shape, 'state': model.state_dict(), 'nats': nats, 'hits': hits}, os.path.join(arguments.work, arguments.name + '.pt'))
    with open(os.path.join(arguments.work, arguments.name + '.json'), 'w', encoding='utf-8') as file:
        json.dump({'arguments': vars(arguments), 'nats': nats, 'hits': hits, 'steps': step, 'seconds': round(time.time() - began), 'history': history}, file)


if __name__ == '__main__':
    main()
