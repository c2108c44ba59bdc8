"""Finds the positive phrases of two to five words that people really write, whole ones only, and writes phrases.txt."""

import argparse
import collections
import json
import os
import re

import numpy as np

import prepare
import text as t
from write_config import SETTINGS

# A phrase is whole where it stands between such a word and the end of a clause, or fills an item of a list of advantages.
OPENERS = set("is was are were be been it's that's he's she's they're you're i'm we're feel feels felt look looks looked seem seems seemed sounds tastes had have has with".split())
CLOSERS = set('. ! ? , ; :'.split()) | {'</s>'}
DEGREES = set('very really so extremely incredibly absolutely truly pretty quite highly remarkably amazingly exceptionally wonderfully surprisingly beautifully perfectly completely totally always much most more'.split())
ADVERB_VERBS = set('works work worked runs run went goes done made built designed performs performed performing written cooked treated organized explained arrived served handled fits fit sleep slept plays played'.split())
PARTICIPLE = re.compile(r'[a-z]+ed|made|built|written|done|run|kept|taught|spoken|chosen')
# Phrases about one listener, one hour or one coffee order fit few other sentences.
PARTICULAR = set(
    "you you're your yours yourself me my mine him his her hers them their it's he's she's i've father mother brother sister dad "
    "man woman boy girl guy wife husband child kid kids baby teacher student "
    "today yesterday tonight tomorrow now shortly soon minute minutes moment moments last night "
    "order coffee bar pickup pick drink milk caramel sauce chocolate correct please everything out going trying getting having doing "
    "when that which who this there where how what like likely love only both all "
    "laughed dolls paperweight soldier meat explosion driving calling writing reading cat tan medal college agreed worked manuever "
    "richest anything policy promise novel landing swimmer lawyer cook dancer pianist singer actress actor scientist poet doctor "
    "musician artist fellow reasons becomes become vote seller tongue tooth appetite satisfactory close ups battles here used looked listed "
    "dream tennis piano violin singing cooking math skiing diving swimming bed hungry late busy hot surprised surprise "
    "but he she if not don't isn't no tom film movie free working work finished friend friends rich".split()
)
PRODUCT_SOURCES = {'pros', 'cons', 'reviews'}
LONGEST = 5


def clauses(words):
    clause = []
    for word in [*words, '</s>']:
        if word in CLOSERS:
            if clause:
                yield clause
            clause = []
        else:
            clause.append(word)


def candidates(source, words):
    """(phrase, kind) of the whole phrases of one sentence."""
    for clause in clauses(words):
        if source == 'pros' and 2 <= len(clause) <= LONGEST:
            yield tuple(clause), 'item'
        for place, word in enumerate(clause):
            rest = tuple(clause[place + 1:])
            if word in OPENERS and 2 <= len(rest) <= LONGEST:
                yield rest, 'predicate'
            if word in ADVERB_VERBS and 2 <= len(rest) <= 4:
                yield rest, 'adverbial'
            if (word == 'well' or word.endswith('ly')) and rest and PARTICIPLE.fullmatch(rest[0]):
                yield (word, rest[0]), 'participle'
            if word in DEGREES and len(rest) >= 1:
                yield (word, rest[0]), 'degree'


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('data')
    parser.add_argument('--work', required=True)
    parser.add_argument('--output', required=True)
    parser.add_argument('--without', nargs='*', default=['sgd'])
    arguments = parser.parse_args()
    names, index = t.load_vocabulary(os.path.join(arguments.work, 'vocabulary.txt'))
    table = np.load(os.path.join(arguments.work, 'words.npz'))
    polarity, suggestible = table['polarity'], int(table['suggestible'])
    lists = {name: set(words) for name, words in SETTINGS['filter'].items() if isinstance(words, list)}
    keys = prepare.held_out_keys(arguments.data)
    found, product, everyday = collections.Counter(), collections.Counter(), collections.Counter()
    where = collections.defaultdict(set)
    for source, _, words in prepare.sentences_of(arguments.data, keys):
        if source in arguments.without:
            continue
        (product if source in PRODUCT_SOURCES else everyday).update(words)
        if source in ('cons', 'polarity_negative'):
            continue
        for phrase, kind in set(candidates(source, words)):
            found[phrase] += 1
            where[phrase].add(kind)

    def fine(phrase, count):
        numbers = [index.get(w, 0) for w in phrase]
        values = [polarity[n] for n in numbers]
        # What only reviewers of cameras name; what one does with a thing (`to use`) and how it is made (`designed`) fit others too.
        product_word = any(
            product[w] > 2 * (everyday[w] + 5) and polarity[index[w]] <= 0 and not w.endswith('ly') and before != 'to' and not PARTICIPLE.fullmatch(w)
            for before, w in zip(('', *phrase), phrase)
            if w in index
        )
        return (
            all(len(t.SPECIALS) <= n < suggestible for n in numbers)
            and max(values) > 0.4
            and not product_word
            and phrase[-1] not in lists['not_last'] | lists['never']
            and phrase[0] not in lists['not_first']
            and not set(phrase) & (lists['never'] | PARTICULAR)
            and len(set(phrase)) == len(phrase)
            and (phrase[0] not in ('a', 'an', 'the') or len(phrase) > 2)
            and (count >= 2 or (where[phrase] == {'participle'} and phrase[0] == 'well') or (len(phrase) == 2 and phrase[0] in DEGREES and max(values) > 0.8))
        )

    kept = sorted((p for p, n in found.items() if fine(p, n)), key=lambda p: (-found[p], p))
    with open(os.path.join(arguments.output, 'phrases.txt'), 'w', encoding='utf-8') as file:
        file.write(''.join(' '.join(p) + '\n' for p in kept))
    print(json.dumps({'phrases': len(kept), 'by_length': collections.Counter(map(len, kept)), 'most_frequent': [' '.join(p) for p in kept[:60]], 'least': [' '.join(p) for p in kept[::97][:80]]}))


if __name__ == '__main__':
    main()
