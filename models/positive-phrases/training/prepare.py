"""Reads the licensed sources, cuts them into sentences and writes corpus.npz, labelled.npz and vocabulary.txt."""

import argparse
import collections
import json
import os
import re
import zipfile

import numpy as np

import text as t

SENTENCE_END = re.compile(r'(?<=[.!?])\s+')
REVIEW_LABEL = re.compile(r'\[([+-])(\d)\]')
# What people write into a field that they have nothing to say in.
EMPTY_ANSWER = re.compile(r'^(?:none|no|nothing|nada|zero|zip|na|non|notone|notmany|nothingreally|absolutelynothing|icantthinkofany|noneyet|noneperiod|nonesofar)?$')
SOURCES = ['tatoeba', 'pros', 'cons', 'polarity_positive', 'polarity_negative', 'reviews', 'taskmaster', 'wine', 'sgd']
VOCABULARY_SIZE = 14000
MINIMUM_COUNT = 3
MINIMUM_SUGGESTIBLE_COUNT = 6
MINIMUM_POSITIVE_COUNT = 2


def zip_texts(folder, name, pattern):
    with zipfile.ZipFile(os.path.join(folder, 'nltk', name + '.zip')) as archive:
        for member in sorted(archive.namelist()):
            if re.search(pattern, member):
                yield archive.read(member).decode('latin-1')


def lexicon_words(folder):
    """Word to polarity in -1..1, from the opinion lexicon (signs) and the VADER lexicon (strengths)."""
    polarity = {}
    for sign, pattern in ((1.0, 'positive-words.txt'), (-1.0, 'negative-words.txt')):
        for content in zip_texts(folder, 'opinion_lexicon', pattern):
            for line in content.splitlines():
                if line and not line.startswith(';'):
                    polarity.setdefault(line.strip().lower(), []).append(sign)
    for content in zip_texts(folder, 'vader_lexicon', 'vader_lexicon.txt'):
        for line in content.splitlines():
            word, mean = line.split('\t')[:2]
            polarity.setdefault(word.lower(), []).append(max(-1.0, min(1.0, float(mean) / 2)))
    return {word: sum(values) / len(values) for word, values in polarity.items()}


def review_rows(folder):
    """Sentences of the product reviews with the sum of their marked opinions (0 when none is marked)."""
    for archive in ('product_reviews_1', 'product_reviews_2'):
        for content in zip_texts(folder, archive, r'(?<!README)\.txt$'):
            for line in content.splitlines():
                head, separator, sentence = line.partition('##')
                if separator:
                    yield sentence, sum(int(n) * (1 if s == '+' else -1) for s, n in REVIEW_LABEL.findall(head))


def read_lines(folder, *path):
    with open(os.path.join(folder, *path), encoding='utf-8') as file:
        return file.read().splitlines()


def raw_sources(folder):
    yield from (('tatoeba', line) for line in read_lines(folder, 'tatoeba_en', 'english.txt'))
    for name, pattern in (('pros', 'IntegratedPros'), ('cons', 'IntegratedCons')):
        for content in zip_texts(folder, 'pros_cons', pattern):
            yield from ((name, re.sub(r'</?(Pros|Cons)>|&\w+;', ' ', line)) for line in content.splitlines())
    for name, pattern in (('polarity_positive', r'\.pos$'), ('polarity_negative', r'\.neg$')):
        for content in zip_texts(folder, 'sentence_polarity', pattern):
            yield from ((name, line) for line in content.splitlines())
    yield from (('reviews', sentence) for sentence, _ in review_rows(folder))
    yield from (('taskmaster', line) for line in read_lines(folder, 'taskmaster4', 'utterances.txt'))
    for content in zip_texts(folder, 'webtext', 'wine.txt'):
        yield from (('wine', line) for line in content.splitlines())
    yield from (('sgd', line) for line in read_lines(folder, 'sgd_dialogues', 'utterances.txt'))


def letters(sentence):
    return re.sub('-[lr]rb-|[^a-z]', '', t.fold(sentence))


def held_out_keys(folder):
    """SST-2's dev sentences are sentences of sentence_polarity: what is measured on is never trained on."""
    keys, whole = set(), []
    for line in read_lines(folder, 'sst2', 'dev.tsv')[1:]:
        sentence = line.split('\t')[1]
        keys.add(letters(sentence)[:25])
        keys.add(letters(sentence)[-25:])
        whole.append(letters(sentence))
    return keys, [key for key in whole if len(key) >= 8]


def is_held_out(sentence, held_out):
    """Whether a line begins or ends as a held-out sentence does, or has one inside."""
    keys, whole = held_out
    key = letters(sentence)
    return key[:25] in keys or key[-25:] in keys or any(part in key for part in whole)


def sentences_of(folder, keys):
    seen = set()
    for source, line in raw_sources(folder):
        if source.startswith('polarity') and is_held_out(line, keys):
            continue
        for sentence in SENTENCE_END.split(line.strip()):
            words = ['<number>' if w[0].isdigit() else w for w in t.split(sentence)]
            key = ' '.join(words)
            if 2 <= len(words) <= 60 and key not in seen:
                seen.add(key)
                yield source, sentence, words


def count_capitals(sentence, capitals):
    """Names are written with a capital in the middle of a sentence; the output vocabulary leaves them out."""
    for word in re.findall(r"[A-Za-z]+(?:'[A-Za-z]+)*", sentence)[1:]:
        pair = capitals[word.lower()]
        pair[word[0].isupper() and word not in ("I", "I'm", "I'll", "I've", "I'd")] += 1


def choose_vocabulary(counts, capitals, polarity, cut_by_size=VOCABULARY_SIZE):
    """Suggestible words come first, so that the fill model's outputs are the first ids; then words only read."""
    words = [w for w, n in counts.most_common() if n >= (MINIMUM_POSITIVE_COUNT if w in polarity else MINIMUM_COUNT)]
    words = [w for w in words if w not in t.SPECIALS][:cut_by_size]

    def suggestible(word):
        lower, upper = capitals[word]
        return (
            word[0].isalpha()
            and (len(word) > 1 or word in 'ai')
            and counts[word] >= (3 if polarity.get(word, 0) > 0 else MINIMUM_SUGGESTIBLE_COUNT)
            and polarity.get(word, 0) >= 0
            and lower > 2 * upper
        )

    first = [w for w in words if suggestible(w)]
    return t.SPECIALS + first + [w for w in words if not suggestible(w)], len(t.SPECIALS) + len(first)


def labelled_rows(folder, keys):
    """(source, sentence, label) for the sentiment model; label 1 is positive."""
    for source, line in raw_sources(folder):
        if source in ('pros', 'cons', 'polarity_positive', 'polarity_negative'):
            if source.startswith('polarity') and is_held_out(line, keys):
                continue
            if not EMPTY_ANSWER.match(letters(line)):
                yield source, line.strip(), int(source in ('pros', 'polarity_positive'))
    for sentence, score in review_rows(folder):
        if score:
            yield 'reviews', sentence.strip(), int(score > 0)


def pack(rows):
    flat = np.array([i for row in rows for i in row], dtype=np.int32)
    return flat, np.cumsum([0] + [len(row) for row in rows]).astype(np.int64)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('data', help='the folder that holds nltk, tatoeba_en, taskmaster4, …')
    parser.add_argument('--work', required=True, help='folder for the files in between')
    parser.add_argument('--output', required=True, help='folder for vocabulary.txt')
    parser.add_argument('--without', nargs='*', default=['sgd'], help='sources to leave out')
    arguments = parser.parse_args()
    os.makedirs(arguments.work, exist_ok=True)
    keys = held_out_keys(arguments.data)
    polarity = lexicon_words(arguments.data)
    rows, counts, capitals = [], collections.Counter(), collections.defaultdict(lambda: [0, 0])
    for source, sentence, words in sentences_of(arguments.data, keys):
        if source not in arguments.without:
            rows.append((SOURCES.index(source), words))
            counts.update(words)
            count_capitals(sentence, capitals)
    words, suggestible = choose_vocabulary(counts, capitals, polarity)
    index = {word: number for number, word in enumerate(words)}
    with open(os.path.join(arguments.output, 'vocabulary.txt'), 'w', encoding='utf-8') as file:
        file.write('\n'.join(words) + '\n')
    ids, offsets = pack([[t.NUMBER if w == '<number>' else t.word_id(w, index) for w in row] for _, row in rows])
    np.savez(os.path.join(arguments.work, 'corpus.npz'), ids=ids, offsets=offsets, source=np.array([s for s, _ in rows], dtype=np.int8))
    labelled = list(labelled_rows(arguments.data, keys))
    with open(os.path.join(arguments.work, 'labelled.json'), 'w', encoding='utf-8') as file:
        json.dump(labelled, file)
    weights = np.array([polarity.get(word, 0.0) for word in words], dtype=np.float32)
    np.savez(os.path.join(arguments.work, 'words.npz'), polarity=weights, suggestible=suggestible, counts=np.array([counts[w] for w in words]))
    by_source = collections.Counter(SOURCES[s] for s, _ in rows)
    unknown = float(np.mean((ids >= t.FIRST_UNKNOWN) & (ids < len(t.SPECIALS))))
    print(json.dumps({'sentences': len(rows), 'tokens': len(ids), 'by_source': by_source, 'vocabulary': len(words), 'suggestible': suggestible, 'unknown': unknown, 'labelled': len(labelled), 'left_out': sum(is_held_out(line, keys) for source, line in raw_sources(arguments.data) if source.startswith('polarity'))}))


if __name__ == '__main__':
    main()
