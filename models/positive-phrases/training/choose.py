"""Chooses the weights of the ranking on the development set: single words first, then how phrases rank among them."""

import argparse
import itertools
import json
import os
import sys

import suggest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, '..', 'quality'))
import measure  # noqa: E402

WORD_GRID = {'positivity': [0.5, 0.75, 1.0, 1.5], 'alone': [0.5, 0.7, 0.85, 1.0], 'bound': [3.0, 4.0]}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('folder')
    parser.add_argument('--data', required=True)
    arguments = parser.parse_args()
    with open(os.path.join(HERE, '..', 'quality', 'development.json'), encoding='utf-8') as file:
        rows = json.load(file)
    negative = measure.negative_words(arguments.data)
    pair = suggest.prepare(suggest.load(arguments.folder))
    remember(pair)
    results = []
    for values in itertools.product(*WORD_GRID.values()):
        pair['config']['parameters'].update(zip(WORD_GRID, values))
        for least in (0.6, 0.7):
            pair['config']['defaults']['min_positivity'] = least
            figures, _ = measure.measure(rows, lambda text, words: [s['text'] for s in suggest.suggest(pair, text, 5, None, words)], 1, negative)
            value = figures['acceptable_in_first_five'] + figures['suggestions_acceptable'] + figures['suggestions_grammatical'] - figures['sentences_with_negative']
            results.append((round(value, 4), dict(zip(WORD_GRID, values), least=least), {k: figures[k] for k in ('acceptable_in_first_five', 'suggestions_acceptable', 'suggestions_grammatical', 'acceptable_first')}))
    results.sort(key=lambda r: -r[0])
    for result in results[:12]:
        print(result)


def remember(pair):
    """Models' answers do not depend on the weights that are chosen: each is asked once."""
    known = {}

    class Once:
        def __init__(self, session):
            self.session = session

        def run(self, names, feeds):
            key = (names[0], *(value.tobytes() for value in feeds.values()), *(value.shape for value in feeds.values()))
            if key not in known:
                known[key] = self.session.run(names, feeds)
            return known[key]

        def get_outputs(self):
            return self.session.get_outputs()

    pair['fill'], pair['sentiment'] = Once(pair['fill']), Once(pair['sentiment'])


if __name__ == '__main__':
    main()
